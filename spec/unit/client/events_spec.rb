# frozen_string_literal: true

require "spec_helper"
require_relative "../support/http_stub"

# Edge cases. spec/compatibility/events describes the usual ones.
RSpec.describe Pusher::Client, "events" do
  include HttpStub

  let(:client) { build_client }
  let!(:calls) { stub_http(client) }

  def json
    calls.last.json
  end

  describe "trigger" do
    it "sends an empty list of channels" do
      client.trigger([], "event", "data")
      expect(json["channels"]).to eq([])
    end

    it "sends channel names and data of another encoding as UTF-8" do
      client.trigger("café".encode("UTF-16LE"), "event", "caf\xE9".dup.force_encoding("ISO-8859-1"))
      expect(json).to include("channels" => ["café"], "data" => "café")
    end

    it "accepts parameters without braces after data in braces" do
      client.trigger("news", "event", { a: 1 }, socket_id: "1.1")
      expect(json).to include("data" => '{"a":1}', "socket_id" => "1.1")
    end

    it "sends parameters of every plain class" do
      params = { s: "é\"\\\n\u2028", y: :sym, i: -1, f: 1.5, t: true, n: nil, a: [1, [2]], h: { "k" => { j: 1 } } }
      client.trigger("news", "event", "data", params)
      expect(json).to include("s" => "é\"\\\n\u2028", "y" => "sym", "i" => -1, "f" => 1.5, "t" => true, "n" => nil,
                              "a" => [1, [2]], "h" => { "k" => { "j" => 1 } })
    end
  end

  it "counts the bytes of the data for max_event_bytes" do
    client.max_event_bytes = 3
    client.trigger("news", "event", "aé")
    [-> { client.trigger("news", "event", "éé") },
     -> { client.trigger_batch(channel: "news", name: "event", data: "éé") }].each do |call|
      expect(&call).to raise_error(Pusher::PayloadTooLargeError, /has 4 bytes/)
    end
  end

  describe "trigger_batch" do
    it "sends an empty batch" do
      client.trigger_batch([])
      expect(json).to eq("batch" => [])
    end

    it "sends null for data that is nil" do
      client.trigger_batch([{ channel: "news", name: "event", data: nil }])
      expect(json["batch"].first["data"]).to eq("null")
    end

    it "prefers the Symbol where an event has a Symbol and a String of the same name, also for nil" do
      client.trigger_batch([{ channel: "news", name: "event", data: nil, "data" => "other" }])
      expect(json["batch"]).to eq([{ "channel" => "news", "name" => "event", "data" => "null" }])
    end

    it "encrypts for a channel whose name has another encoding" do
      client.encryption_master_key = "k" * 32
      client.trigger_batch([{ channel: "private-encrypted-a".encode("UTF-16LE"), name: "event", data: "data" }])
      expect(json["batch"].first["data"]).to include("ciphertext")
    end

    it "raises a TypeError for an event that is not a Hash, and sends nothing" do
      expect { client.trigger_batch(["news"]) }.to raise_error(TypeError, /must be a Hash, got String/)
      expect(calls).to be_empty
    end
  end

  { "trigger_async" => %w[news event data], "trigger_batch_async" => [{ channel: "news", name: "e", data: "d" }] }
    .each do |name, arguments|
    it "#{name} calls post_async and returns its result" do
      expect(client).to receive(:post_async).with(String, Hash).and_return(:posting)
      expect(client.public_send(name, *arguments)).to eq(:posting)
    end
  end
end
