# frozen_string_literal: true

require_relative "e2e_helper"

RSpec.describe "End-to-end encryption with a real subscriber", :e2e do
  let(:channel) { unique("private-encrypted-chat") }
  let(:ann) { subscribe("ann", channel) }

  it "lets the subscriber read the data, and not the server" do
    ann
    pusher.trigger(channel, "message", { text: "Nobody in between reads this" })
    expect(received(ann, channel)).to eq([["message", { "text" => "Nobody in between reads this" }]])
    name, envelope = travelled(ann, channel).first
    expect(name).to eq("message")
    expect(JSON.parse(envelope).keys).to contain_exactly("nonce", "ciphertext")
    expect(envelope).not_to include("Nobody")
  end

  ["Grüße, 世界 🌍", "", "no JSON {", "x" * 7_000, "世界" * 1_000].each do |text|
    it "delivers #{text.inspect[0, 12]} (#{text.bytesize} bytes) unchanged" do
      ann
      pusher.trigger(channel, "text", text)
      expect(received(ann, channel)).to eq([["text", text]])
    end
  end

  it "delivers events in order, each with a different nonce" do
    ann
    50.times { |number| pusher.trigger(channel, "tick", { number: }) }
    expect(received(ann, channel)).to eq((0...50).map { |number| ["tick", { "number" => number }] })
    nonces = travelled(ann, channel).map { |_, envelope| JSON.parse(envelope)["nonce"] }
    expect(nonces.uniq.size).to eq(50)
  end

  it "encrypts the events of a batch that go to encrypted channels" do
    open_channel = unique("open")
    ann.subscribe(open_channel)
    pusher.trigger_batch({ channel:, name: "secret", data: { text: "closed" } },
                         { channel: open_channel, name: "known", data: { text: "open" } })
    expect(received(ann, channel)).to eq([["secret", { "text" => "closed" }]])
    expect(received(ann, open_channel)).to eq([["known", { "text" => "open" }]])
    expect(travelled(ann, channel).first.last).not_to include("closed")
  end

  it "does not deliver an event to the socket that is excluded" do
    ann
    ben = subscribe("ben", channel)
    pusher.trigger(channel, "typed", { by: "ann" }, { socket_id: ann.socket_id })
    expect(received(ann, channel)).to eq([])
    expect(received(ben, channel)).to eq([["typed", { "by" => "ann" }]])
  end

  it "cannot be read with another master key" do
    ann
    other = Pusher::Client.new(**stage.client_options, encryption_master_key_base64: ["k" * 32].pack("m0"))
    other.trigger(channel, "message", "sealed otherwise")
    pusher.trigger(channel, "message", "sealed as agreed")
    expect(received(ann, channel)).to eq([["message", "sealed as agreed"]])
    expect(travelled(ann, channel).size).to eq(2)
  end
end
