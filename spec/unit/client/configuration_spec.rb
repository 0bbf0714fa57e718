# frozen_string_literal: true

require "spec_helper"
require_relative "../support/http_stub"

RSpec.describe Pusher::Client, "configuration" do
  include HttpStub

  let(:client) { build_client }

  def timeouts_of(client)
    %i[@connect_timeout @send_timeout @receive_timeout @keep_alive_timeout]
      .map { |name| client.instance_variable_get(name) }
  end

  it "is kept in instance variables with the documented names" do
    client = build_client(http_proxy: "http://proxy.test:3128", encryption_master_key_base64: ["k" * 32].pack("m0"))
    client.timeout = 3
    client.keep_alive_timeout = 9
    values = %i[@scheme @host @port @app_id @key @secret @encryption_master_key @http_proxy @connect_timeout
                @send_timeout @receive_timeout @keep_alive_timeout].map { |name| client.instance_variable_get(name) }
    expect(values).to eq(["https", "api-mt1.pusher.com", 443, "20", client.key, client.secret, "k" * 32,
                          "http://proxy.test:3128", 3, 3, 3, 9])
    expect(client.instance_variable_get(:@proxy)).to include(host: "proxy.test", port: 3128)
  end

  # Such as those of the gem hashr.
  it "is taken from settings objects that are no Object and answer any question from their entries" do
    settings = Class.new(BasicObject) do
      def initialize(entries) = @entries = entries
      def to_hash = @entries
      def [](name) = @entries[name]
      def respond_to?(*) = true
      def key?(*) = !@entries[:key].nil?
    end
    client = nil
    options = settings.new({ app_id: "20", key: "key", secret: "secret", host: "events.test" })
    expect { client = described_class.new(options) }.not_to output.to_stderr
    expect(client).to have_attributes(app_id: "20", key: "key", secret: "secret", host: "events.test", port: 443)
    expect(timeouts_of(client)).to eq([5, 5, 5, 30])
  end

  describe "the authentication token" do
    def token_of(client)
      token = client.authentication_token
      [token.key, token.secret]
    end

    it "follows changes of the key and of the secret" do
      tokens = [%w[key secret], %w[key other], %w[another other]].map do |key, secret|
        client.key = key
        client.secret = secret
        token_of(client)
      end
      expect(tokens).to eq([%w[key secret], %w[key other], %w[another other]])
    end

    it "is that of a copy for a copy with other credentials" do
      client.authentication_token
      copy = client.dup
      copy.secret = "other"
      expect([client, copy].map { |one| token_of(one) }).to eq([[client.key, client.secret], [client.key, "other"]])
    end

    it "is made for a frozen client" do
      expect(token_of(client.freeze)).to eq([client.key, client.secret])
    end

    it "is checked again after the key has changed in place" do
      client.key = +"key"
      client.authentication_token
      client.key << "\n"
      expect { client.authentication_token }.to raise_error(Pusher::ConfigurationError, /line break/)
    end

    it "does not use an instance variable of a subclass" do
      type = Class.new(described_class) do
        attr_reader :token

        def initialize(token, **options)
          @token = token
          super(options)
        end
      end
      mine = type.new("abc", key: "key", secret: "secret")
      expect([token_of(mine), mine.token]).to eq([%w[key secret], "abc"])
    end
  end

  describe "timeouts" do
    it "Added: the option timeout sets those that are not set by a separate option" do
      expect(timeouts_of(described_class.new(timeout: 9))).to eq([9, 9, 9, 30])
      expect(timeouts_of(described_class.new(receive_timeout: 2, timeout: 9))).to eq([9, 9, 2, 30])
    end

    it "can be nil, by an option of their own or by timeout: none" do
      expect(timeouts_of(described_class.new(timeout: 9, connect_timeout: nil, keep_alive_timeout: nil)))
        .to eq([nil, 9, 9, nil])
      expect(timeouts_of(described_class.new(timeout: nil))).to eq([nil, nil, nil, 30])
    end

    it "are read from the instance variables at each request" do
      client.sync_http_client
      client.instance_variable_set(:@receive_timeout, 0.25)
      expect(client.sync_http_client.receive_timeout).to eq(0.25)
    end
  end

  describe "http_proxy" do
    it "Fix: percent-decodes user and password in #proxy" do
      client = described_class.new(http_proxy: "http://some%20one:p%40s+s%C3%A9@proxy.test")
      expect(client.proxy).to include(user: "some one", password: "p@s+sé")
      expect(client.http_proxy).to eq("http://some%20one:p%40s+s%C3%A9@proxy.test")
    end
  end

  it "keeps the proxy when another one is refused" do
    client.http_proxy = "http://proxy.test:3128"
    expect { client.http_proxy = "http://other proxy" }.to raise_error(URI::InvalidURIError)
    expect(client).to have_attributes(http_proxy: "http://proxy.test:3128", proxy: include(host: "proxy.test"))
  end

  describe "encryption_master_key_base64" do
    let(:key) { "\xFB\xFF".b * 16 }

    it "must be strict base64, in the writer and in the option" do
      strict = [key].pack("m0")
      ["#{strict}\n", strict.tr("+/", "-_"), strict.delete_suffix("="), " #{strict}", "!", "===="].each do |wrong|
        expect { client.encryption_master_key_base64 = wrong }.to raise_error(ArgumentError)
        expect { described_class.new(encryption_master_key_base64: wrong) }.to raise_error(ArgumentError)
      end
    end

    it "Fix: counts as missing if the option is an empty String" do
      expect(described_class.new(encryption_master_key_base64: "").encryption_master_key).to be_nil
    end

    it "Added: returns a long key on one line" do
      client.encryption_master_key = "x" * 50
      expect(client.encryption_master_key_base64).to eq(["x" * 50].pack("m0"))
    end
  end

  describe "authentication_token" do
    it "raises a ConfigurationError for a key with a line break or a NUL" do
      ["a\nb", "a\rb", "a\0b", "k\xFF\n"].each do |key|
        client.key = key
        expect { client.authentication_token }.to raise_error(Pusher::ConfigurationError, /line break or NUL/)
      end
    end

    it "accepts a key that is not valid UTF-8" do
      client.key = "k\xFF"
      expect(client.authentication_token.key).to eq("k\xFF")
    end
  end

  describe "a copy" do
    it "has an independent configuration" do
      copy = client.dup
      copy.key = "other"
      copy.host = "other.test"
      expect(client).to have_attributes(key: "12345678900000001", host: "api-mt1.pusher.com")
      expect(copy).to have_attributes(key: "other", host: "other.test", secret: client.secret)
    end

    it "has separate connections, also after the first request" do
      stub_http(client)
      client.trigger("news", "event", "data")
      expect(client.dup.sync_http_client).not_to equal(client.sync_http_client)
    end

    it "is the client that its requests name to middleware" do
      client.sync_http_client
      copy = client.dup
      type = Pusher.const_get(:Internal)::HTTP::OutgoingRequest
      request = type.of(copy.sync_http_client, :get, copy.url("/x"), nil, nil, {})
      expect(request.client).to equal(copy)
    end

    it "keeps a stand-in for the http client" do
      client.instance_variable_set(:@sync_http_client, stand_in = Object.new)
      expect(client.dup.sync_http_client).to equal(stand_in)
    end

    it "sends requests" do
      [client.dup, client.clone].each do |copy|
        calls = stub_http(copy)
        copy.trigger("news", "event", "data")
        expect(calls.first.path).to eq("/apps/20/events")
      end
    end
  end

  describe "Marshal" do
    def copy_of(client) = Marshal.load(Marshal.dump(client))

    it "keeps the configuration of an unused client" do
      original = build_client(host: "example.test", port: 8080, use_tls: false,
                              encryption_master_key_base64: ["k" * 32].pack("m0"))
      copy = copy_of(original)
      expect(copy).to be_instance_of(described_class)
      expect(copy).to have_attributes(scheme: "http", host: "example.test", port: 8080, app_id: "20", key: original.key,
                                      secret: original.secret, encryption_master_key: "k" * 32)
      expect(copy.authenticate("news", "1.1")).to eq(original.authenticate("news", "1.1"))
    end

    it "keeps the configuration of a used client, without its connections" do
      original = described_class.new(timeout: 60, **endpoint.client_options)
      original.trigger("news", "event", "1")
      copy = copy_of(original)
      expect(copy.sync_http_client).not_to equal(original.sync_http_client)
      expect(copy.sync_http_client).to have_attributes(connect_timeout: 60, receive_timeout: 60)
      copy.trigger("news", "event", "2")
      expect(endpoint.requests.map(&:connection)).to eq([1, 2])
    end

    it "keeps the variables that a subclass adds" do
      type = stub_const("MarshalledClient", Class.new(described_class) { attr_accessor :name })
      original = type.new(key: "k")
      original.name = "mine"
      original.sync_http_client
      expect(copy_of(original)).to be_instance_of(type).and have_attributes(key: "k", name: "mine")
    end

    it "keeps a stand-in for the http client" do
      client.instance_variable_set(:@sync_http_client, "a stand-in")
      expect(copy_of(client).sync_http_client).to eq("a stand-in")
    end

    it "loads a client that was dumped as a plain object, without marshal_dump" do
      plain = stub_const("PlainOldClient", Class.new) # The name is as long as that of the class.
      dumped = Marshal.dump(plain.new.tap { |object| object.instance_variable_set(:@host, "example.test") })
      dumped["PlainOldClient"] = "Pusher::Client"
      copy = Marshal.load(dumped) # rubocop:disable Security/MarshalLoad -- dumped in the line before
      expect(copy).to be_instance_of(described_class).and have_attributes(host: "example.test")
    end
  end
end
