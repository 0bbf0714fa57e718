# frozen_string_literal: true

require "spec_helper"

# Chapter 10: events that the service itself cannot read.
RSpec.describe "End-to-end encryption" do
  let(:client) { Pusher::Client.new(**endpoint.client_options, encryption_master_key_base64: ["k" * 32].pack("m0")) }

  def listen(channel)
    endpoint.subscribe(channel, socket_id: "123.456", auth: client.authenticate(channel, "123.456"))
  end

  it "is a matter of the channel's name" do
    listener = listen("private-encrypted-room")
    client.trigger("private-encrypted-room", "event", { message: "for your eyes only" })
    expect(listener.messages.first).to have_attributes(name: "event", json: { "message" => "for your eyes only" })
    expect(listener.messages.first.raw).not_to include("eyes")
    expect(endpoint.requests.map(&:body).join).not_to include("eyes")
  end

  it "works for text of every language" do
    listener = listen("private-encrypted-room")
    client.trigger("private-encrypted-room", "event", "日本語 é 😀")
    expect(listener.messages.first.data).to eq("日本語 é 😀")
  end

  it "works for channel objects" do
    listener = listen("private-encrypted-room")
    client["private-encrypted-room"].trigger!("event", { a: 1 })
    expect(listener.messages.first.json).to eq("a" => 1)
  end

  it "is readable with the channel's own key alone" do
    listen("private-encrypted-room")
    client.trigger("private-encrypted-room", "event", "data")
    other = client["private-encrypted-other"].shared_secret(client.encryption_master_key)
    expect { ChannelsApi::Envelope.parse(endpoint.events.first.data).open(other) }
      .to raise_error(ChannelsApi::Envelope::Unreadable)
  end

  it "is for one channel at a time" do
    expect { client.trigger(%w[private-encrypted-room news], "event", "data") }
      .to raise_error(Pusher::Error, "Cannot trigger to multiple channels if any are encrypted")
    expect(endpoint.requests).to be_empty
  end

  it "needs a master key" do
    client.encryption_master_key_base64 = nil
    message = "missing key `encryption_master_key' in the client configuration"
    expect { client.trigger("private-encrypted-room", "event", "data") }
      .to raise_error(Pusher::ConfigurationError, message)
    expect { client.authenticate("private-encrypted-room", "1.1") }.to raise_error(Pusher::ConfigurationError, message)
    expect(endpoint.requests).to be_empty
  end
end
