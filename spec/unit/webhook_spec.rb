# frozen_string_literal: true

require "spec_helper"
require "rack"
require "rack/mock"
require_relative "support/signatures"

# Edge cases. spec/compatibility/webhooks describes the usual ones.
RSpec.describe Pusher::WebHook do
  let(:client) { Pusher::Client.new(key: "key", secret: "secret") }
  let(:body) { '{"time_ms":1327078148132,"events":[{"name":"channel_occupied","channel":"é"}]}' }
  let(:logger) { instance_double(Logger, warn: nil) }

  before { Pusher.logger = logger }

  def hmac(text = body, secret: "secret")
    OpenSSL::HMAC.hexdigest("SHA256", secret, text)
  end

  def webhook(key: "key", signature: hmac, **rest)
    described_class.new({ key:, signature:, body:, **rest }, client)
  end

  # A request of Rack with some changes.
  def rack_request(content: body, **changes)
    env = Rack::MockRequest.env_for("/hooks", method: "POST", input: content, "CONTENT_TYPE" => "application/json",
                                              "HTTP_X_PUSHER_KEY" => "key", "HTTP_X_PUSHER_SIGNATURE" => hmac)
    Rack::Request.new(env.merge(changes.transform_keys(&:to_s)))
  end

  it "has the documented methods and no others" do
    expect(Signatures.own_methods(described_class)).to match_array(%i[key signature valid? events decrypted_events time
                                                                      data])
    expect(described_class.instance_method(:initialize).parameters).to eq([%i[req request], %i[opt client]])
    expect(described_class.instance_method(:valid?).parameters).to eq([%i[opt extra_tokens]])
  end

  describe "a request" do
    it "is read from its beginning after another reader" do
      request = rack_request
      request.env["rack.input"].read(5)
      expect(described_class.new(request, client).valid?).to be(true)
    end

    it "can be read by two webhooks" do
      request = rack_request
      expect(Array.new(2) { described_class.new(request, client).valid? }).to eq([true, true])
    end

    it "can have its body as a String" do
      request = Struct.new(:env, :content_type, :body).new(rack_request.env.except("rack.input"), "application/json",
                                                           body)

      expect(described_class.new(request, client)).to be_valid
    end

    it "Fix: can be a Hash without a body" do
      expect(webhook(body: nil).valid?).to be(false)
      expect(described_class.new({ key: "key", signature: "x" }, client).valid?).to be(false)
    end

    it "Fix: without a body raises the parser's error for its data" do
      expect { webhook(body: nil).data }.to raise_error(JsonEngine.parse_error)
    end
  end

  describe "valid?" do
    it "checks the signature of the raw bytes" do
      binary = "{\"a\":\"\xFF\"}".b
      expect(webhook(body: binary, signature: hmac(binary)).valid?).to be(true)
    end

    it "uses all bytes of a long secret" do
      client.secret = "s" * 200
      signature = OpenSSL::HMAC.hexdigest("SHA256", client.secret, body)
      expect(webhook(signature:).valid?).to be(true)
      client.secret = "#{"s" * 199}t"
      expect(webhook(signature:).valid?).to be(false)
    end

    it "is false for part of the signature, for a longer text, and for uppercase letters" do
      [hmac[0, 63], "#{hmac} ", "#{hmac}0", hmac.upcase, hmac[0]].each do |forged|
        expect(webhook(signature: forged).valid?).to be(false)
      end
    end

    it "accepts a signature in a binary String" do
      expect(webhook(signature: hmac.b).valid?).to be(true)
      expect(webhook(signature: "\xFF".b * 64).valid?).to be(false)
    end
  end

  describe "valid? with extra tokens" do
    let(:other) { { key: "other", secret: "other secret" } }

    it "uses the secret of a token only with the key of that token" do
      expect(webhook(key: "other", signature: hmac).valid?(other)).to be(false)
      expect(webhook(key: "key", signature: hmac(secret: "other secret")).valid?(other)).to be(false)
    end

    it "Fix: tries tokens with the client's key after the client's own secret" do
      expect(logger).not_to receive(:warn)
      rotated = webhook(signature: hmac(secret: "new secret"))
      expect(rotated.valid?({ key: "key", secret: "new secret" })).to be(true)
    end
  end

  describe "never validates" do
    def hook(request, key:, secret:)
      described_class.new({ body:, **request }, double("client", key:, secret:))
    end

    [nil, ""].each do |nothing|
      it "Fix: a token with the key or the secret #{nothing.inspect}" do
        keyless = hook({ key: nothing, signature: hmac }, key: "key", secret: "secret")
        expect(keyless.valid?({ key: nothing, secret: "secret" })).to be(false)
        secretless = hook({ key: "other", signature: hmac(secret: nothing.to_s) }, key: "key", secret: "secret")
        expect(secretless.valid?({ key: "other", secret: nothing })).to be(false)
      end

      it "Fix: and logs one warning for the key #{nothing.inspect}" do
        expect(hook({ key: nothing, signature: hmac }, key: nothing, secret: "secret").valid?).to be(false)
        expect(logger).to have_received(:warn).once.with(instance_of(String))
      end
    end

    it "Fix: a request without headers" do
      request = rack_request
      %w[HTTP_X_PUSHER_KEY HTTP_X_PUSHER_SIGNATURE].each { |name| request.env.delete(name) }
      expect(described_class.new(request, client).valid?).to be(false)
    end
  end

  describe "its content" do
    JsonEngine.adapters.each do |engine|
      it "is UTF-8 with the JSON engine #{engine}" do
        hook = described_class.new(rack_request, client)
        with_json_engine(engine) { expect(hook.events.first["channel"]).to eq("é") }
      end

      it "raises the ParseError of the JSON engine #{engine} if the body is not JSON" do
        with_json_engine(engine) do
          expect { webhook(body: "{no json").data }.to raise_error(JsonEngine.parse_error)
          expect { described_class.new(rack_request(content: ""), client).data }.to raise_error(JsonEngine.parse_error)
        end
      end
    end
  end

  describe "decrypted events" do
    let(:master_key) { "k" * 32 }
    let(:encrypted) { "private-encrypted-a" }

    before { client.encryption_master_key_base64 = [master_key].pack("m0") }

    def sealed(text, channel: encrypted, key: master_key)
      Pusher.const_get(:Internal)::Native.seal(channel, key, text)
    end

    def decrypted(*events, client: self.client)
      body = JSON.generate(time_ms: 1, events:)
      described_class.new({ key: "key", signature: "", body: }, client).decrypted_events
    end

    def client_event(data, channel: encrypted)
      { "name" => "client_event", "channel" => channel, "event" => "client-typing", "data" => data }
    end

    it "contain the decrypted text, from data that is text or an object" do
      text = "{\"text\":\"Grüße\"}"
      data = sealed(text)
      expected = client_event(text).merge("decrypted" => true)
      expect(decrypted(client_event(data), client_event(JSON.parse(data)))).to eq([expected, expected])
    end

    it "leave other events unchanged" do
      others = [client_event("x", channel: "private-a"), client_event("x", channel: "x-private-encrypted-a"),
                client_event("x", channel: nil), client_event("x", channel: [encrypted]),
                { "name" => "channel_occupied", "channel" => encrypted }, { "name" => "cache_miss" }]
      expect(decrypted(*others)).to eq(others)
    end

    it "report data that cannot be decrypted" do
      bad = [sealed("x", key: "o" * 32), sealed("x", channel: "private-encrypted-b"), "", "x", "{}", nil, 7, [], {}]
      decrypted(*bad.map { |data| client_event(data) }).zip(bad) do |event, data|
        expect(event).to match(client_event(data).merge("decrypted" => false, "decryption_error" => /\w/))
      end
    end

    it "report that the client has no master key" do
      event = decrypted(client_event(sealed("x")), client: Pusher::Client.new(key: "key", secret: "secret")).first
      expect(event).to include("decrypted" => false, "decryption_error" => /no master key/)
      expect(JSON.parse(event["data"]).keys).to contain_exactly("nonce", "ciphertext")
    end

    it "use the master key of the module" do
      Pusher.encryption_master_key_base64 = [master_key].pack("m0")
      expect(decrypted(client_event(sealed("x")), client: Pusher).first).to include("data" => "x", "decrypted" => true)
    end

    it "do not change the events" do
      data = sealed("x")
      hook = described_class.new({ body: JSON.generate(events: [client_event(data)]) }, client)
      hook.decrypted_events
      expect(hook.events).to eq([client_event(data)])
    end
  end
end
