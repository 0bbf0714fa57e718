# frozen_string_literal: true

require "compatibility_helper"

RSpec.describe "End-to-end encryption" do
  let(:client) { Pusher::Client.new(**endpoint.client_options, encryption_master_key_base64: ["k" * 32].pack("m0")) }
  let(:room) { "private-encrypted-room" }

  def listen(channel = room)
    endpoint.subscribe(channel, socket_id: "123.456", auth: client.authenticate(channel, "123.456"))
  end

  def envelope
    JSON.parse(endpoint.events.last.data)
  end

  it "applies to channels whose names start with private-encrypted-" do
    listener = listen
    client.trigger(room, "event", { message: "for your eyes only" })
    expect(listener.messages.first).to have_attributes(name: "event", json: { "message" => "for your eyes only" })
    expect(endpoint.requests.map(&:body).join).not_to include("eyes")
  end

  %w[private-room public-private-encrypted-room private_encrypted-room private-encrypted].each do |channel|
    it "does not apply to #{channel}" do
      client.trigger(channel, "event", { a: 1 })
      expect(endpoint.events.last.data).to eq('{"a":1}')
    end
  end

  it "does not apply to a name with the prefix on its second line", :fix do
    expect { client.trigger("a\nprivate-encrypted-b", "event", "data") }.to raise_error(Pusher::Error, /Bad request/)
    expect(endpoint.requests.last.json["data"]).to eq("data")
  end

  it "sends a nonce of 24 bytes and a ciphertext, both in base64" do
    client.trigger(room, "event", "text")
    expect(envelope.keys).to contain_exactly("nonce", "ciphertext")
    expect(envelope["nonce"].unpack1("m0").bytesize).to eq(24)
    expect(envelope["ciphertext"].unpack1("m0").bytesize).to eq(16 + "text".bytesize)
  end

  it "uses a new nonce for each event" do
    nonces = Array.new(3) do
      client.trigger(room, "event", "text")
      envelope["nonce"]
    end
    expect(nonces.uniq.size).to eq(3)
  end

  ["日本語 é 😀", "", "a", "x" * 5000].each do |text|
    it "works for a text of #{text.bytesize} bytes" do
      listener = listen
      client.trigger(room, "event", text)
      expect(listener.messages.first.data).to eq(text)
    end
  end

  it "works for channel objects" do
    listener = listen
    client[room].trigger!("event", { a: 1 })
    expect(listener.messages.first.json).to eq("a" => 1)
  end

  it "does not encrypt the name of the event" do
    client.trigger(room, "event", "text")
    expect(endpoint.events.last.name).to eq("event")
  end

  it "can be read only with the shared secret of the channel" do
    client.trigger(room, "event", "data")
    other = client["private-encrypted-other"].shared_secret(client.encryption_master_key)
    expect { ChannelsApi::Envelope.parse(endpoint.events.first.data).open(other) }
      .to raise_error(ChannelsApi::Envelope::Unreadable)
  end

  it "is limited to one channel at a time" do
    [[room, "news"], ["news", room], [room, "private-encrypted-other"]].each do |channels|
      expect { client.trigger(channels, "event", "data") }
        .to raise_error(Pusher::Error, "Cannot trigger to multiple channels if any are encrypted")
    end
    expect(endpoint.requests).to be_empty
  end

  it "needs a master key" do
    client.encryption_master_key_base64 = nil
    expect { client.trigger(room, "event", "data") }
      .to raise_error(Pusher::ConfigurationError, "missing key `encryption_master_key' in the client configuration")
    expect(endpoint.requests).to be_empty
  end

  it "checks the name of the channel" do
    expect { client.trigger("#{room} 2", "event", "data") }
      .to raise_error(Pusher::Error, "Illegal channel name '#{room} 2'")
  end

  it "checks the master key before the name" do
    client.encryption_master_key = nil
    expect { client.trigger("#{room} 2", "event", "data") }.to raise_error(Pusher::ConfigurationError)
  end

  it "reads the master key from @encryption_master_key" do
    client.instance_variable_set(:@encryption_master_key, "m" * 32)
    listener = listen
    client.trigger(room, "event", "data")
    expect(listener.messages.first.data).to eq("data")
  end
end
