# frozen_string_literal: true

require "compatibility_helper"

RSpec.describe "trigger_batch" do
  let(:client) { Pusher::Client.new(endpoint.client_options) }
  let(:first) { { channel: "news", name: "first", data: "1" } }
  let(:second) { { channel: "sports", name: "second", data: { a: 2 } } }

  def body
    endpoint.requests.last.body
  end

  it "publishes events in their order, with one request" do
    expect(client.trigger_batch([first, second])).to eq({})
    expect(endpoint.events.map { |event| [event.channel, event.name, event.data] })
      .to eq([%w[news first 1], ["sports", "second", '{"a":2}']])
    expect(endpoint.requests.map(&:path)).to eq(["/apps/3/batch_events"])
  end

  it "accepts the events as arguments" do
    client.trigger_batch(first, second)
    expect(endpoint.events.map(&:name)).to eq(%w[first second])
  end

  it "accepts one event without braces" do
    client.trigger_batch(channel: "news", name: "third", data: "3")
    expect(endpoint.events.map(&:name)).to eq(["third"])
  end

  it "accepts nested Arrays" do
    client.trigger_batch([first, [second, [first]]])
    expect(endpoint.events.map(&:name)).to eq(%w[first second first])
  end

  it "sends the members of an event in their order, with the data as a String" do
    client.trigger_batch([{ data: { a: 1 }, info: "subscription_count", channel: "news", name: "first" }])
    expect(body)
      .to eq('{"batch":[{"data":"{\"a\":1}","info":"subscription_count","channel":"news","name":"first"}]}')
  end

  it "sends null for missing data" do
    client.trigger_batch([{ channel: "news", name: "first" }])
    expect(endpoint.events.first.data).to eq("null")
  end

  it "excludes the socket that caused an event" do
    client.trigger_batch([first.merge(socket_id: "1.1"), second])
    expect(endpoint.events.map(&:socket_id)).to eq(["1.1", nil])
  end

  it "requests attributes of the channels" do
    expect(client.trigger_batch([{ channel: "presence-a", name: "first", data: "1", info: "user_count" }]))
      .to eq({ batch: [{ "user_count" => 0 }] })
  end

  it "returns true for a reply without content" do
    endpoint.reply_with(status: 202)
    expect(client.trigger_batch([first])).to be(true)
  end

  it "does not modify the caller's Hashes" do
    batch = [second.freeze].freeze
    client.trigger_batch(batch)
    expect(batch).to eq([{ channel: "sports", name: "second", data: { a: 2 } }])
  end

  it "encrypts only the events on encrypted channels" do
    client.encryption_master_key_base64 = ["k" * 32].pack("m0")
    listener = endpoint.subscribe("private-encrypted-a", auth: client.authenticate("private-encrypted-a", "1.1"))
    client.trigger_batch([{ channel: "private-encrypted-a", name: "first", data: { a: 1 } }, second])
    expect(listener.messages.first.json).to eq("a" => 1)
    expect(endpoint.events.map(&:data)).to match([/"ciphertext"/, '{"a":2}'])
  end

  it "encrypts events on several encrypted channels" do
    client.encryption_master_key_base64 = ["k" * 32].pack("m0")
    names = %w[private-encrypted-a private-encrypted-b]
    listeners = names.map { |name| endpoint.subscribe(name, auth: client.authenticate(name, "1.1")) }
    client.trigger_batch(names.map { |name| { channel: name, name: "event", data: { to: name } } })
    expect(listeners.map { |listener| listener.messages.first.json["to"] }).to eq(names)
  end

  it "needs a master key for encrypted channels" do
    expect { client.trigger_batch([{ channel: "private-encrypted-a", name: "first", data: "1" }]) }
      .to raise_error(Pusher::ConfigurationError, "missing key `encryption_master_key' in the client configuration")
    expect(endpoint.requests).to be_empty
  end

  it "checks the names of encrypted channels" do
    client.encryption_master_key_base64 = ["k" * 32].pack("m0")
    expect { client.trigger_batch([{ channel: "private-encrypted-a b", name: "first", data: "1" }]) }
      .to raise_error(Pusher::Error, "Illegal channel name 'private-encrypted-a b'")
  end

  it "raises the error of the service" do
    expect { client.trigger_batch([first] * 11) }.to raise_error(Pusher::Error, /\ABad request: .*a batch holds/)
  end

  it "accepts events with String keys", :fix do
    client.trigger_batch([{ "channel" => "news", "name" => "first", "data" => { a: 1 } }])
    expect(endpoint.events.first).to have_attributes(channel: "news", name: "first", data: '{"a":1}')
  end

  it "checks the size of each event before it sends any", :added do
    client.max_event_bytes = 10
    expect { client.trigger_batch([first, first.merge(name: "big", data: "x" * 11)]) }
      .to raise_error(Pusher::PayloadTooLargeError, /"big" on "news" has 11 .* 10/)
    expect(endpoint.requests).to be_empty
  end

  [nil, 7].each do |channel|
    it "refuses the channel #{channel.inspect}", :fix do
      expect { client.trigger_batch([first.merge(channel:)]) }.to raise_error(Pusher::Error, /\AIllegal channel name/)
      expect(endpoint.requests).to be_empty
    end
  end
end
