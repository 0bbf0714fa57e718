# frozen_string_literal: true

require "spec_helper"
require_relative "../support/http_stub"

# What trigger and trigger_batch make of their arguments, byte by byte where it matters.
RSpec.describe Pusher::Client, "publishing" do
  include HttpStub

  let(:client) { build_client }
  let!(:calls) { stub_http(client) }

  def body
    calls.last.body
  end

  def json
    calls.last.json
  end

  describe "channels" do
    it "are always an Array" do
      client.trigger("news", "event", "data")
      expect(json["channels"]).to eq(["news"])
    end

    it "are Strings, whatever they were" do
      client.trigger([:news, 7, client["object"].name], "event", "data")
      expect(json["channels"]).to eq(%w[news 7 object])
      client.trigger(:news, "event", "data")
      expect(json["channels"]).to eq(["news"])
    end

    it "may be 100" do
      client.trigger(["a"] * 100, "event", "data")
      expect(json["channels"].length).to eq(100)
    end

    it "may be none" do
      client.trigger(nil, "event", "data")
      expect(json["channels"]).to eq([])
      client.trigger([], "event", "data")
      expect(json["channels"]).to eq([])
    end

    it "are not validated, which is how users are reached" do
      client.trigger("#server-to-user-7", "event", "data")
      expect(json["channels"]).to eq(["#server-to-user-7"])
      client.trigger("with space", "event", "data")
      expect(json["channels"]).to eq(["with space"])
    end
  end

  describe "parameters" do
    it "go before name, channels and data" do
      client.trigger("news", "event", "data", { socket_id: "1.1", info: "user_count" })
      expect(body).to eq('{"socket_id":"1.1","info":"user_count","name":"event","channels":["news"],"data":"data"}')
    end

    it "cannot replace the method's arguments" do
      client.trigger("news", "event", "data", { name: "x", channels: ["y"], data: "z" })
      expect(json).to eq("name" => "event", "channels" => ["news"], "data" => "data")
    end

    it "Fix: make no duplicate keys when they are Strings" do
      client.trigger("news", "event", "data", { "name" => "x", "channels" => ["y"], "data" => "z", "info" => "i" })
      expect(json).to eq("name" => "event", "channels" => ["news"], "data" => "data", "info" => "i")
      %w[name channels data info].each { |key| expect(body.scan("\"#{key}\":").length).to eq(1) }
    end

    it "Fix: prefer :socket_id to \"socket_id\", in either order" do
      client.trigger("news", "event", "data", { :socket_id => "1.1", "socket_id" => "2.2" })
      client.trigger("news", "event", "data", { "socket_id" => "2.2", :socket_id => "1.1" })
      expect(calls.map { |call| call.json["socket_id"] }).to eq(%w[1.1 1.1])
      expect(calls.map { |call| call.body.scan("socket_id").length }).to eq([1, 1])
    end

    it "may be given without braces after data in braces" do
      client.trigger("news", "event", { a: 1 }, socket_id: "1.1")
      expect(json).to include("data" => '{"a":1}', "socket_id" => "1.1")
    end

    it "carry a socket id that is not validated here" do
      client.trigger("news", "event", "data", { socket_id: "nonsense" })
      expect(json["socket_id"]).to eq("nonsense")
      client.trigger("news", "event", "data", { socket_id: nil })
      expect(body).to include('"socket_id":null')
    end

    it "may hold plain values of every kind" do
      params = { s: "é\"\\\n\u2028", y: :sym, i: -1, f: 1.5, t: true, n: nil, a: [1, [2]], h: { "k" => { j: 1 } } }
      client.trigger("news", "event", "data", params)
      expect(json).to include("s" => "é\"\\\n\u2028", "y" => "sym", "i" => -1, "f" => 1.5, "t" => true, "n" => nil,
                              "a" => [1, [2]], "h" => { "k" => { "j" => 1 } })
    end
  end

  describe "an event's name" do
    it "is not made a String" do
      client.trigger("news", 7, "data")
      expect(json["name"]).to eq(7)
      client.trigger("news", nil, "data")
      expect(json["name"]).to be_nil
      client.trigger("news", :event, "data")
      expect(json["name"]).to eq("event")
    end
  end

  describe "data" do
    it "goes as it is when it is a String" do
      ["data", "", '{"already":"json"}', "é日本😀", "\"quoted\"", "back\\slash", "\u0000\u001f", "</script>", "line\nfeed"]
        .each do |data|
        client.trigger("news", "event", data)
        expect(json["data"]).to eq(data)
      end
    end

    it "is JSON otherwise" do
      { { a: 1 } => '{"a":1}', [1, "b", nil] => '[1,"b",null]', nil => "null", 7 => "7", true => "true",
        { "é" => "日" } => '{"é":"日"}' }.each do |data, expected|
        client.trigger("news", "event", data)
        expect(json["data"]).to eq(expected)
      end
    end

    it "may come without braces" do
      client.trigger("news", "event", foo: 1, "bar" => 2)
      expect(json["data"]).to eq('{"foo":1,"bar":2}')
      expect(json.keys).to eq(%w[name channels data])
    end

    it "is what the application's engine makes of the very object, called with that one argument" do
      data = { a: 1 }
      seen = watch_engine(data, '{"engine" :  "verbatim"}')
      client.trigger("news", "event", data)
      expect(json["data"]).to eq('{"engine" :  "verbatim"}')
      expect(seen.map(&:length)).to all(eq(1))
      expect(seen.flatten(1)).to include(be(data)).once
    end

    it "of another encoding is sent as UTF-8" do
      client.trigger("news", "event", "caf\xE9".dup.force_encoding("ISO-8859-1"))
      expect(json["data"]).to eq("café")
    end

    it "in a binary String that holds UTF-8 is sent as it is" do
      client.trigger("news", "event", "café".b)
      expect(json["data"]).to eq("café")
    end

    it "asks objects of the application how they look" do
      money = Class.new { def to_json(*) = '{"amount":5}' }
      with_json_engine(:json_gem) { client.trigger("news", "event", { price: money.new }) }
      expect(json["data"]).to eq('{"price":{"amount":5}}')
    end
  end

  describe "a batch" do
    let(:event) { { channel: "news", name: "event", data: { a: 1 } } }
    let(:sent) { { "channel" => "news", "name" => "event", "data" => '{"a":1}' } }

    it "is a list of events in their order, whichever way they are given" do
      other = event.merge(name: "other")
      client.trigger_batch(event, other)
      client.trigger_batch([event, other])
      client.trigger_batch([[event], [[other]]])
      expect(calls.map(&:json)).to all(eq("batch" => [sent, sent.merge("name" => "other")]))
      expect(calls.map(&:path)).to all(eq("/apps/20/batch_events"))
    end

    it "may be one event without braces" do
      client.trigger_batch(channel: "news", name: "event", data: { a: 1 })
      expect(json).to eq("batch" => [sent])
    end

    it "may be empty" do
      client.trigger_batch([])
      expect(json).to eq("batch" => [])
    end

    it "keeps what else an event holds" do
      client.trigger_batch([event.merge(socket_id: "1.1", info: "user_count")])
      expect(json).to eq("batch" => [sent.merge("socket_id" => "1.1", "info" => "user_count")])
    end

    it "sends missing data as null" do
      client.trigger_batch([{ channel: "news", name: "event" }, { channel: "news", name: "event", data: nil }])
      expect(json["batch"].map { |item| item["data"] }).to eq(%w[null null])
    end

    it "sends a String as it is" do
      client.trigger_batch([event.merge(data: '"as it is"')])
      expect(json["batch"].first["data"]).to eq('"as it is"')
    end

    it "Fix: takes events with String keys" do
      client.trigger_batch([{ "channel" => "news", "name" => "event", "data" => { "a" => 1 } }])
      expect(json).to eq("batch" => [sent])
      expect(body.scan('"data":').length).to eq(1)
    end

    it "writes each event's keys in their order" do
      client.trigger_batch([event])
      expect(body).to eq('{"batch":[{"channel":"news","name":"event","data":"{\"a\":1}"}]}')
    end

    it "has its data made by the application's engine, called with the very object" do
      data = { a: 1 }
      seen = watch_engine(data, '"verbatim" ')
      client.trigger_batch([{ channel: "news", name: "event", data: }])
      expect(json["batch"].first["data"]).to eq('"verbatim" ')
      expect(seen.map(&:length)).to all(eq(1))
      expect(seen.flatten(1)).to include(be(data)).once
    end
  end

  # Answers for this very object, and lets the engine answer for any other.
  def watch_engine(object, answer)
    seen = []
    allow(json_engine).to receive_generate.and_wrap_original do |original, *arguments|
      seen << arguments
      arguments.first.equal?(object) ? answer : original.call(*arguments)
    end
    seen
  end
end
