# frozen_string_literal: true

require "spec_helper"
require_relative "support/http_stub"
require_relative "support/indifferent_hash"
require_relative "support/signature_twin"

# The client is an ordinary Ruby object, and takes what ordinary Ruby programs hand to it.
RSpec.describe Pusher::Client, "as an ordinary object" do
  include HttpStub

  def auth_of(key, secret, text)
    "#{key}:#{SignatureTwin.new(secret).hmac(text)}"
  end

  describe "subclasses" do
    it "may change initialize" do
      type = Class.new(described_class) { def initialize(options) = super(**options, key: "own-key") }
      client = type.new({ app_id: "1", secret: "s", host: "example.test" })
      expect(client).to have_attributes(app_id: "1", key: "own-key", secret: "s", host: "example.test")
      expect(client.authenticate("news", "1.1")).to eq({ auth: auth_of("own-key", "s", "1.1:news") })
    end

    it "may override a step of the call chain and call super" do
      type = Class.new(described_class) do
        def post(path, params = {})
          super(path, params.merge(name: "renamed"))
        end
      end
      client = type.new(app_id: "1", key: "k", secret: "s")
      calls = stub_http(client)
      client.trigger("news", "event", "data")
      expect(calls.first.json["name"]).to eq("renamed")
    end

    it "are built by from_env and from_url" do
      type = Class.new(described_class)
      expect(type.from_url("http://k:s@example.test/apps/1")).to be_instance_of(type)
      ENV["PUSHER_URL"] = "http://k:s@example.test/apps/1"
      expect(type.from_env).to be_instance_of(type)
    end
  end

  describe "dup and clone" do
    it "give a client of its own state" do
      original = build_client
      copy = original.dup
      copy.key = "other"
      copy.host = "other.test"
      expect(original).to have_attributes(key: "12345678900000001", host: "api-mt1.pusher.com")
      expect(copy).to have_attributes(key: "other", host: "other.test", secret: original.secret)
    end

    it "give one with connections of its own, also after a first request" do
      original = build_client
      stub_http(original)
      original.trigger("news", "event", "data")
      expect(original.dup.sync_http_client).not_to equal(original.sync_http_client)
    end

    it "give one that works" do
      [build_client.dup, build_client.clone].each do |copy|
        calls = stub_http(copy)
        copy.trigger("news", "event", "data")
        expect(calls.first.path).to eq("/apps/20/events")
      end
    end
  end

  describe "Marshal" do
    it "carries an unused client over" do
      original = build_client(host: "example.test", port: 8080, use_tls: false,
                              encryption_master_key_base64: ["k" * 32].pack("m0"))
      copy = Marshal.load(Marshal.dump(original))
      expect(copy).to be_instance_of(described_class)
      expect(copy).to have_attributes(scheme: "http", host: "example.test", port: 8080, app_id: "20", key: original.key,
                                      secret: original.secret, encryption_master_key: "k" * 32)
      expect(copy.authenticate("news", "1.1")).to eq(original.authenticate("news", "1.1"))
    end

    it "carries a used client over, without its connections" do
      original = described_class.new(timeout: 60, **endpoint.client_options)
      original.trigger("news", "event", "1")
      copy = Marshal.load(Marshal.dump(original))
      expect(copy.sync_http_client).not_to equal(original.sync_http_client)
      expect(copy.sync_http_client).to have_attributes(connect_timeout: 60, receive_timeout: 60)
      copy.trigger("news", "event", "2")
      expect(endpoint.requests.map(&:connection)).to eq([1, 2])
    end

    it "carries what subclasses add to a client" do
      type = stub_const("MarshalledClient", Class.new(described_class) { attr_accessor :name })
      original = type.new(key: "k")
      original.name = "mine"
      original.sync_http_client
      expect(Marshal.load(Marshal.dump(original))).to be_instance_of(type).and have_attributes(key: "k", name: "mine")
    end

    it "carries what stands in for the http client" do
      original = build_client
      original.instance_variable_set(:@sync_http_client, "a stand-in")
      expect(Marshal.load(Marshal.dump(original)).sync_http_client).to eq("a stand-in")
    end

    it "reads a client that was dumped as any object is" do
      plain = stub_const("PlainOldClient", Class.new) # A name as long as that of the class.
      dumped = Marshal.dump(plain.new.tap { |object| object.instance_variable_set(:@host, "example.test") })
      dumped["PlainOldClient"] = "Pusher::Client"
      copy = Marshal.load(dumped) # rubocop:disable Security/MarshalLoad -- dumped in the line before
      expect(copy).to be_instance_of(described_class).and have_attributes(host: "example.test")
    end
  end

  describe "instance variables" do
    it "are the state behind the url" do
      client = build_client
      { scheme: "http", host: "example.test", port: 8080, app_id: "7" }.each do |name, value|
        client.instance_variable_set(:"@#{name}", value)
      end
      expect(client.url("/x").to_s).to eq("http://example.test:8080/apps/7/x")
    end

    it "are the state behind signatures, at each call" do
      client = build_client
      client.authenticate("news", "1.1")
      client.instance_variable_set(:@key, "k2")
      client.instance_variable_set(:@secret, "s2")
      expect(client.authenticate("news", "1.1")).to eq({ auth: auth_of("k2", "s2", "1.1:news") })
    end

    it "are the state behind what is published, also after a first event" do
      client = build_client
      calls = stub_http(client)
      client.trigger("news", "event", "data")
      client.instance_variable_set(:@app_id, "21")
      client.instance_variable_set(:@key, "k2")
      client.instance_variable_set(:@host, "example.test")
      client.trigger("news", "event", "data")
      expect(calls.last.path).to eq("/apps/21/events")
      expect(calls.last.uri.host).to eq("example.test")
      expect(calls.last.params["auth_key"]).to eq("k2")
    end

    it "are the state behind encryption" do
      client = build_client
      client.instance_variable_set(:@encryption_master_key, "k" * 32)
      expect(client.authenticate("private-encrypted-a", "1.1")[:shared_secret])
        .to eq([Digest::SHA256.digest("private-encrypted-a#{"k" * 32}")].pack("m0"))
    end

    it "carry the documented names" do
      client = build_client(http_proxy: "http://proxy.test:3128", encryption_master_key_base64: ["k" * 32].pack("m0"))
      client.timeout = 3
      client.keep_alive_timeout = 9
      values = %i[@scheme @host @port @app_id @key @secret @encryption_master_key @http_proxy @connect_timeout
                  @send_timeout @receive_timeout @keep_alive_timeout].map { |name| client.instance_variable_get(name) }
      expect(values).to eq(["https", "api-mt1.pusher.com", 443, "20", client.key, client.secret, "k" * 32,
                            "http://proxy.test:3128", 3, 3, 3, 9])
      expect(client.instance_variable_get(:@proxy)).to include(host: "proxy.test", port: 3128)
    end
  end

  describe "what the caller passes" do
    let(:client) { build_client }
    let!(:calls) { stub_http(client) }

    def deep_freeze(value)
      case value
      when Hash then value.each { |pair| pair.each { |part| deep_freeze(part) } }
      when Array then value.each { |element| deep_freeze(element) }
      end
      value.freeze
    end

    it "may be frozen" do
      client.trigger(deep_freeze(%w[a b]), deep_freeze(+"event"), deep_freeze({ a: [1, { "b" => "c" }] }),
                     deep_freeze({ socket_id: "1.1", "info" => "user_count" }))
      client.trigger_batch(deep_freeze([{ channel: "a", name: "event", data: { a: 1 } }]))
      client.get("/x", deep_freeze({ "Key" => "v", list: %w[a b] }))
      client.post("/x", deep_freeze({ a: 1 }))
      client.authenticate("presence-a", deep_freeze(+"1.1"), deep_freeze({ user_id: "1" }))
      client.authenticate_user("1.1", deep_freeze({ id: "1" }))
      expect(calls.length).to eq(4)
    end

    it "is never changed" do
      arguments = [[:a, "b"], +"event", { a: [1, { "b" => +"c" }] }, { "name" => "x", socket_id: "1.1", "data" => "y" }]
      batch = [[{ "channel" => "a", name: "e", data: { a: 1 } }], { channel: "b", name: "e" }]
      query = { "Key" => "v", auth_key: "mine", list: ["a", nil, 1], body_md5: "x" }
      user = { "id" => "1", info: { name: "n" } }
      before = Marshal.dump([arguments, batch, query, user])
      client.trigger(*arguments)
      client.trigger_batch(*batch)
      client.get("/x", query)
      client.post("/x", query)
      client.channels(query)
      client.authenticate("presence-a", "1.1", user)
      client.authenticate_user("1.1", user)
      expect(Marshal.dump([arguments, batch, query, user])).to eq(before)
    end

    it "is not changed by a failing call either" do
      arguments = ["a" * 3, "event", { a: 1 }, { socket_id: "1.1" }]
      before = Marshal.dump(arguments)
      stub_http(client, status: 500)
      expect { client.trigger(*arguments) }.to raise_error(Pusher::Error)
      expect(Marshal.dump(arguments)).to eq(before)
    end

    it "may be Strings of subclasses" do
      text = Class.new(String)
      channel, event, data, key, value = %w[news event data info user_count].map { |word| text.new(word) }
      client.trigger(channel, event, data, { key => value })
      expect(calls.last.json).to eq("name" => "event", "channels" => ["news"], "data" => "data", "info" => "user_count")
      expect(client.authenticate(text.new("news"), text.new("1.1"))).to eq(client.authenticate("news", "1.1"))
    end

    it "may be credentials of String subclasses" do
      text = Class.new(String)
      client = described_class.new(app_id: text.new("20"), key: text.new("k"), secret: text.new("s"))
      expect(client.authenticate("news", "1.1")).to eq({ auth: auth_of("k", "s", "1.1:news") })
    end

    it "may be Rails' Hashes: options" do
      options = IndifferentHash.from(app_id: "1", key: "k", secret: "s", cluster: "eu", use_tls: false)
      expect(described_class.new(options)).to have_attributes(app_id: "1", key: "k", secret: "s", scheme: "http",
                                                              host: "api-eu.pusher.com", port: 80)
    end

    it "may be Rails' Hashes: data and parameters" do
      params = IndifferentHash.from(socket_id: "1.1", name: "x")
      client.trigger("news", "event", IndifferentHash.from(a: { b: 1 }), params)
      expect(calls.last.json).to eq("name" => "event", "channels" => ["news"], "data" => '{"a":{"b":1}}',
                                    "socket_id" => "1.1")
      expect(calls.last.body.scan('"name"').length).to eq(1)
    end

    it "may be Rails' Hashes: batches" do
      client.trigger_batch([IndifferentHash.from(channel: "news", name: "event", data: { a: 1 })])
      expect(calls.last.json).to eq("batch" => [{ "channel" => "news", "name" => "event", "data" => '{"a":1}' }])
    end

    it "may be Rails' Hashes: queries" do
      client.channels(IndifferentHash.from(filter_by_prefix: "presence-", info: "user_count"))
      expect(calls.last.own_params).to eq("filter_by_prefix" => "presence-", "info" => "user_count")
    end

    it "may be Rails' Hashes: custom data and users" do
      expect(client.authenticate("presence-a", "1.1", IndifferentHash.from(user_id: "1")))
        .to eq(client.authenticate("presence-a", "1.1", { user_id: "1" }))
      expect(client.authenticate_user("1.1", IndifferentHash.from(id: "1")))
        .to eq(client.authenticate_user("1.1", { id: "1" }))
    end
  end

  describe "a frozen clock" do
    let(:client) { build_client }

    it "is the clock of the timestamp" do
      calls = stub_http(client)
      allow(Time).to receive(:now).and_return(Time.at(1_353_088_179, 999_999))
      client.trigger("news", "event", "data")
      client.get("/channels")
      expect(calls.map { |call| call.params["auth_timestamp"] }).to eq(%w[1353088179 1353088179])
    end

    it "is the clock of Signature::Request as well" do
      allow(Time).to receive(:now).and_return(Time.at(1_353_088_179))
      request = Pusher::Signature::Request.new("GET", "/", {})
      expect(request.sign(Pusher::Signature::Token.new("k", "s"))[:auth_timestamp]).to eq("1353088179")
    end
  end
end
