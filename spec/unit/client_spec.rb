# frozen_string_literal: true

require "spec_helper"
require_relative "support/http_stub"
require_relative "support/indifferent_hash"
require_relative "support/signature_twin"
require_relative "support/signatures"

RSpec.describe Pusher::Client do
  include HttpStub

  let(:client) { build_client }

  describe "its public methods" do
    accessors = %i[scheme host port app_id key secret encryption_master_key max_event_bytes retry_ambiguous
                   idempotency_key]
    readers = %i[http_proxy proxy cluster encryption_master_key_base64]
    writers = %i[connect_timeout= send_timeout= receive_timeout= keep_alive_timeout=]
    methods = {
      "timeout=" => "value", "http_proxy=" => "url", "url=" => "url", "encrypted=" => "bool", "use_tls=" => "bool",
      "retries" => "", "retries=" => "number", "retry_deadline" => "", "retry_deadline=" => "seconds",
      "encrypted?" => "", "cluster=" => "name", "encryption_master_key_base64=" => "s",
      "authentication_token" => "", "url" => "path = nil", "resource" => "path", "sync_http_client" => "",
      "em_http_client" => "uri",
      "get" => "path, params = {}", "get_async" => "path, params = {}",
      "post" => "path, params = {}", "post_async" => "path, params = {}",
      "webhook" => "request", "channel" => "channel_name", "[]" => "channel_name",
      "channels" => "params = {}", "channel_info" => "channel_name, params = {}",
      "channel_users" => "channel_name, params = {}",
      "trigger" => "channels, event_name, data, params = {}",
      "trigger_async" => "channels, event_name, data, params = {}",
      "trigger_batch" => "*events", "trigger_batch_async" => "*events", "batch" => "size: 10, &block",
      "trigger_later" => "channels, event_name, data, params = {}", "trigger_batch_later" => "*events",
      "later" => "idempotency_key: false, **options",
      "authenticate" => "channel_name, socket_id, custom_data = nil", "authenticate_user" => "socket_id, user_data",
      "send_to_user" => "user_id, event_name, data", "terminate_user_connections" => "user_id",
      "send_to_user_async" => "user_id, event_name, data", "terminate_user_connections_async" => "user_id"
    }.freeze

    it "are the documented ones" do
      documented = methods.keys.map(&:to_sym) + accessors + accessors.map { |name| :"#{name}=" } + readers + writers +
                   %i[validate_socket_id _authentication_string use remove as_json]
      expect(Signatures.own_methods(described_class)).to match_array(documented)
    end

    methods.each do |name, list|
      it "##{name} takes (#{list})" do
        expect(described_class.instance_method(name).parameters).to eq(Signatures.parameters(list))
      end
    end

    it ".new takes (options = {})" do
      expect(described_class.instance_method(:initialize).parameters).to eq([%i[opt options]])
    end

    it "of the class are from_env(key) and from_url(url)" do
      expect(Signatures.own_singleton_methods(described_class)).to contain_exactly(:from_env, :from_url)
      expect(described_class.method(:from_env).parameters).to eq([%i[opt key]])
      expect(described_class.method(:from_url).parameters).to eq([%i[req url]])
    end
  end

  it "has the documented constants and no others" do
    constants = described_class.constants(false).to_h { |name| [name, described_class.const_get(name)] }
    expect(constants).to eq(DEFAULT_CONNECT_TIMEOUT: 5, DEFAULT_SEND_TIMEOUT: 5, DEFAULT_RECEIVE_TIMEOUT: 5,
                            DEFAULT_KEEP_ALIVE_TIMEOUT: 30, DEFAULT_CLUSTER: "mt1", DEFAULT_RETRY_DEADLINE: 10)
  end

  it "is a plain subclass of Object" do
    expect(described_class.superclass).to be(Object)
  end

  it "describes itself in inspect" do
    expect(client.inspect)
      .to eq('#<Pusher::Client https://api-mt1.pusher.com:443/apps/20 key="12345678900000001">')
  end

  it "#channel and #[] return channels of this name" do
    expect([client.channel("news"), client["news"]])
      .to all(be_instance_of(Pusher::Channel).and(have_attributes(name: "news")))
  end

  it "#webhook calls WebHook.new with the request and itself" do
    request = { key: "k", signature: "s", body: "{}" }
    expect(Pusher::WebHook).to receive(:new).with(request, client).and_return(:webhook)
    expect(client.webhook(request)).to eq(:webhook)
  end

  describe "a subclass" do
    it "can override a method of a request and call super" do
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
  end

  describe "arguments" do
    let!(:calls) { stub_http(client) }

    def deep_freeze(value)
      case value
      when Hash then value.each { |pair| pair.each { |part| deep_freeze(part) } }
      when Array then value.each { |element| deep_freeze(element) }
      end
      value.freeze
    end

    it "can be frozen" do
      client.trigger(deep_freeze(%w[a b]), deep_freeze(+"event"), deep_freeze({ a: [1, { "b" => "c" }] }),
                     deep_freeze({ socket_id: "1.1", "info" => "user_count" }))
      client.trigger_batch(deep_freeze([{ channel: "a", name: "event", data: { a: 1 } }]))
      client.get("/x", deep_freeze({ "Key" => "v", list: %w[a b] }))
      client.post("/x", deep_freeze({ a: 1 }))
      client.authenticate("presence-a", deep_freeze(+"1.1"), deep_freeze({ user_id: "1" }))
      client.authenticate_user("1.1", deep_freeze({ id: "1" }))
      expect(calls.length).to eq(4)
    end

    it "are not modified" do
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

    it "are not modified if the request fails" do
      arguments = ["a" * 3, "event", { a: 1 }, { socket_id: "1.1" }]
      before = Marshal.dump(arguments)
      stub_http(client, status: 500)
      expect { client.trigger(*arguments) }.to raise_error(Pusher::Error)
      expect(Marshal.dump(arguments)).to eq(before)
    end

    it "can be Strings of subclasses" do
      text = Class.new(String)
      channel, event, data, key, value = %w[news event data info user_count].map { |word| text.new(word) }
      client.trigger(channel, event, data, { key => value })
      expect(calls.last.json).to eq("name" => "event", "channels" => ["news"], "data" => "data", "info" => "user_count")
      expect(client.authenticate(text.new("news"), text.new("1.1"))).to eq(client.authenticate("news", "1.1"))
    end

    it "can be credentials of String subclasses" do
      text = Class.new(String)
      client = described_class.new(app_id: text.new("20"), key: text.new("k"), secret: text.new("s"))
      expect(client.authenticate("news", "1.1")).to eq({ auth: "k:#{SignatureTwin.new("s").hmac("1.1:news")}" })
    end

    describe "that are Hashes with indifferent access" do
      def indifferent(**hash) = IndifferentHash.from(hash)

      it "configure a client" do
        options = indifferent(app_id: "1", key: "k", secret: "s", cluster: "eu", use_tls: false)
        expect(described_class.new(options)).to have_attributes(app_id: "1", key: "k", secret: "s", scheme: "http",
                                                                host: "api-eu.pusher.com", port: 80)
      end

      it "are an event's data and parameters" do
        client.trigger("news", "event", indifferent(a: { b: 1 }), indifferent(socket_id: "1.1", name: "x"))
        expect(calls.last.json).to eq("name" => "event", "channels" => ["news"], "data" => '{"a":{"b":1}}',
                                      "socket_id" => "1.1")
        expect(calls.last.body.scan('"name"').length).to eq(1)
      end

      it "are the events of a batch" do
        client.trigger_batch([indifferent(channel: "news", name: "event", data: { a: 1 })])
        expect(calls.last.json).to eq("batch" => [{ "channel" => "news", "name" => "event", "data" => '{"a":1}' }])
      end

      it "are the parameters of a query" do
        client.channels(indifferent(filter_by_prefix: "presence-", info: "user_count"))
        expect(calls.last.own_params).to eq("filter_by_prefix" => "presence-", "info" => "user_count")
      end

      it "are channel data and user data" do
        expect(client.authenticate("presence-a", "1.1", indifferent(user_id: "1")))
          .to eq(client.authenticate("presence-a", "1.1", { user_id: "1" }))
        expect(client.authenticate_user("1.1", indifferent(id: "1")))
          .to eq(client.authenticate_user("1.1", { id: "1" }))
      end
    end
  end

  # The double fails at any message.
  describe "with a strict logger double" do
    before do
      Pusher.logger = instance_double(Logger)
      client.encryption_master_key = "k" * 32
    end

    it "logs nothing when requests succeed" do
      calls = stub_http(client)
      client.trigger("news", "event", "data")
      client.trigger("private-encrypted-a", "event", "data")
      client.trigger_batch([{ channel: "news", name: "event", data: "data" }])
      client.post("/x")
      client.channels
      client["news"].trigger("event", "data")
      client["news"].trigger!("event", "data")
      client["news"].info
      expect(calls.length).to eq(8)
    end

    it "logs nothing when a request raises" do
      stub_http(client, status: 500, body: "no")
      expect { client.trigger("news", "event", "data") }.to raise_error(Pusher::Error)
      expect { client["news"].trigger!("event", "data") }.to raise_error(Pusher::Error)
      expect { client.channels }.to raise_error(Pusher::Error)
    end
  end
end
