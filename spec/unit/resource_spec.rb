# frozen_string_literal: true

require "spec_helper"
require "json"
require_relative "support/http_stub"
require_relative "support/random_bodies"
require_relative "support/signatures"

seed = Integer(ENV.fetch("BODY_SEED") { Random.rand(1_000_000) })

RSpec.describe Pusher::Resource do
  include HttpStub

  let(:client) { build_client }
  let!(:calls) { stub_http(client) }

  it "has the documented methods and no others, each with one required argument" do
    methods = Signatures.own_methods(described_class)
    expect(methods).to match_array(%i[get get_async post post_async])
    expect(methods.map { |name| described_class.instance_method(name).arity }).to all(eq(1))
  end

  it ".new takes (client, path)" do
    expect(described_class.instance_method(:initialize).parameters).to eq([%i[req client], %i[req path]])
  end

  it "sends the parameters of a GET as a query, and those of a POST as JSON" do
    resource = described_class.new(client, "/x")
    expect([resource.get({ q: 1 }), resource.post({ b: 2 })]).to eq([{}, {}])
    expect(calls.map { |call| [call.verb, call.path, call.own_params, call.body] })
      .to eq([[:get, "/apps/20/x", { "q" => "1" }, nil], [:post, "/apps/20/x", {}, '{"b":2}']])
  end

  it "calls Request.new with the client, the verb, the uri, the query parameters and the body" do
    allow(Pusher::Request).to receive(:new).and_call_original
    client.post("/x", { a: 1 })
    client.get("/x", { a: 1 })
    uri = be_a(URI::Generic).and(have_attributes(path: "/apps/20/x"))
    expect(Pusher::Request).to have_received(:new).with(client, :post, uri, {}, '{"a":1}')
    expect(Pusher::Request).to have_received(:new).with(client, :get, uri, { a: 1 }, nil)
  end

  it "refuses a GET without a Hash through the client, and sends nothing" do
    expect { client.get("/x", nil) }.to raise_error(ArgumentError, "Expected hash")
    expect(calls).to be_empty
  end

  describe "a posted body" do
    it "is written without the JSON engine for plain values" do
      expect(json_engine).not_to receive_generate
      client.post("/x", { a: [1, 2**80, -(2**64), 1.5, nil, true, :b, "c"] })
      allow(client.sync_http_client).to receive(:request_async)
      client.post_async("/x", { a: 1 })
      expect(calls.last.body).to eq("{\"a\":[1,#{2**80},#{-(2**64)},1.5,null,true,\"b\",\"c\"]}")
    end

    it "is written by the JSON engine if a nested value is of a subclass of String, Array or Hash" do
      [Class.new(String), Class.new(Array), Class.new(Hash)].each do |type|
        params = { a: [{ b: type.new }] }
        allow(json_engine).to receive_generate.with(params).and_return("as the engine sees it")
        client.post("/x", params)
        expect(calls.last.body).to eq("as the engine sees it")
      end
    end

    it "is read by Ruby's JSON as the same text, for all kinds of characters" do
      [*0..0x7F, 0x80, 0xA0, 0x2028, 0x2029, 0xFFFD, 0x10FFFF].each_slice(20) do |codes|
        text = codes.pack("U*")
        client.post("/x", { text => text })
        expect(calls.last.body.encoding).to eq(Encoding::UTF_8)
        expect(calls.last.json).to eq(text => text)
      end
    end

    it "is read by Ruby's JSON as the same values, for random values (BODY_SEED=#{seed})" do
      random = RandomBodies.new(seed)
      500.times do |number|
        params = random.params
        client.post("/x", params)
        expect(JSON.parse(calls.pop.body)).to eq(JSON.parse(JSON.generate(params))), "body #{number}: #{params}"
      end
    end

    it "keeps Floats exact" do
      floats = [0.1, -2.5, 1e-7, 1e21, 123_456_789.123, Float::MAX, Float::MIN, 5e-324]
      client.post("/x", { floats: })
      expect(JSON.parse(calls.last.body)["floats"].map(&:to_s)).to eq(floats.map(&:to_s))
    end

    it "is written by the JSON engine, which gets the caller's params, if they contain another object" do
      params = { plain: 1, deep: [{ at: Object.new }] }
      seen = []
      allow(json_engine).to receive_generate do |*arguments|
        seen << arguments
        "{\"engine\" : 1}"
      end
      client.post("/x", params)
      expect(calls.last.body).to eq("{\"engine\" : 1}")
      expect(seen).to all(match([be(params)])).and(satisfy(&:any?))
    end

    it "is signed with the MD5 of its bytes" do
      client.post("/x", { a: "é日😀\u2028</>&" })
      expect(calls.last.params["body_md5"]).to eq(Digest::MD5.hexdigest(calls.last.body))
    end
  end
end
