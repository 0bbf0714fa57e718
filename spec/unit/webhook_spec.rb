# frozen_string_literal: true

require "spec_helper"
require "rack"
require "rack/mock"
require "stringio"

# Where webhooks come from, and what does not pass for one.
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

  def unknown_key(key)
    "Received webhook with unknown key: #{key}"
  end

  def invalid_signature(got, expected = hmac)
    "Received WebHook with invalid signature: got #{got}, expected #{expected}"
  end

  # What Rack hands over, with whatever is to be different.
  def rack_request(content: body, **changes)
    env = Rack::MockRequest.env_for("/hooks", method: "POST", input: content, "CONTENT_TYPE" => "application/json",
                                              "HTTP_X_PUSHER_KEY" => "key", "HTTP_X_PUSHER_SIGNATURE" => hmac)
    Rack::Request.new(env.merge(changes.transform_keys(&:to_s)))
  end

  describe "a request" do
    it "may be a Hash, of JSON unless it says otherwise" do
      expect(webhook).to have_attributes(key: "key", signature: hmac, valid?: true)
      expect(webhook.data["events"].first["channel"]).to eq("é")
    end

    it "may be a Rack::Request" do
      webhook = described_class.new(rack_request, client)
      expect(webhook).to have_attributes(key: "key", signature: hmac, valid?: true)
      expect(webhook.events).to eq([{ "name" => "channel_occupied", "channel" => "é" }])
    end

    it "may say more about its content type, where the request knows its media type" do
      request = rack_request(CONTENT_TYPE: "application/json; charset=utf-8")
      expect(described_class.new(request, client).data).to include("time_ms" => 1_327_078_148_132)
    end

    it "may be anything with env and content_type" do
      request = Struct.new(:env, :content_type).new(rack_request.env, "application/json")
      webhook = described_class.new(request, client)
      expect(webhook.valid?).to be(true)
      expect(webhook.time).to eq(Time.at(1_327_078_148_132.to_f / 1000))
    end

    it "may be anything with env, content_type and media_type, which is asked instead" do
      request = Struct.new(:env, :content_type, :media_type)
                      .new(rack_request.env, "application/json; x=y", "application/json")
      expect(described_class.new(request, client).events.length).to eq(1)
    end

    it "is read and then rewound for the next reader" do
      request = rack_request
      described_class.new(request, client).valid?
      expect(request.env["rack.input"].read).to eq(body.b)
    end

    it "is rewound first, whoever has read of it before" do
      request = rack_request
      request.env["rack.input"].read(5)
      expect(described_class.new(request, client).valid?).to be(true)
    end

    it "may be read by two webhooks" do
      request = rack_request
      expect(Array.new(2) { described_class.new(request, client).valid? }).to eq([true, true])
    end

    it "Fix: may have an input that cannot be rewound, as Rack 3 has them" do
      input = Class.new do
        def initialize(text) = (@io = StringIO.new(text))

        def read(*arguments) = @io.read(*arguments)
      end
      webhook = described_class.new(rack_request("rack.input": input.new(body.b)), client)
      expect(webhook.valid?).to be(true)
      expect(webhook.events.length).to eq(1)
    end

    it "may have its body as a String" do
      request = Struct.new(:env, :content_type, :body).new(rack_request.env.except("rack.input"), "application/json",
                                                           body)

      expect(described_class.new(request, client)).to be_valid
    end

    it "Fix: may have no input at all" do
      request = rack_request
      request.env.delete("rack.input")
      expect(described_class.new(request, client).valid?).to be(false)
    end

    it "Fix: may be a Hash without a body" do
      expect(webhook(body: nil).valid?).to be(false)
      expect(described_class.new({ key: "key", signature: "x" }, client).valid?).to be(false)
    end

    it "Fix: without a body has no data, and this is said as with a body that is no JSON" do
      expect { webhook(body: nil).data }.to raise_error(JsonEngine.parse_error)
    end
  end

  describe "valid?" do
    it "is true for the client's key and the secret's signature, without a word" do
      expect(logger).not_to receive(:warn)
      expect(webhook.valid?).to be(true)
    end

    it "is judged over the raw bytes" do
      binary = "{\"a\":\"\xFF\"}".b
      expect(webhook(body: binary, signature: hmac(binary)).valid?).to be(true)
    end

    it "is false for another key, and says so once" do
      expect(logger).to receive(:warn).once.with(unknown_key("other"))
      expect(webhook(key: "other").valid?).to be(false)
    end

    it "is false for another signature, and says once which it should have been" do
      expect(logger).to receive(:warn).once.with(invalid_signature("wrong"))
      expect(webhook(signature: "wrong").valid?).to be(false)
    end

    it "is false when the body was changed" do
      changed = body.sub("occupied", "vacated")
      expect(logger).to receive(:warn).once.with(invalid_signature(hmac, hmac(changed)))
      expect(webhook(body: changed).valid?).to be(false)
    end

    it "warns each time it is asked" do
      wrong = webhook(signature: "wrong")
      2.times { wrong.valid? }
      expect(logger).to have_received(:warn).twice
    end

    it "is checked with the whole secret, however long it is" do
      client.secret = "s" * 200
      signature = OpenSSL::HMAC.hexdigest("SHA256", client.secret, body)
      expect(webhook(signature:).valid?).to be(true)
      client.secret = "#{"s" * 199}t"
      expect(webhook(signature:).valid?).to be(false)
    end

    it "takes keys for equal where == says so, and not otherwise" do
      client.key = 42
      expect(webhook(key: "42").valid?).to be(false)
      expect(webhook(key: 42).valid?).to be(true)
    end

    it "has nothing but the beginning of a signature, or more of it, or capitals" do
      [hmac[0, 63], "#{hmac} ", "#{hmac}0", hmac.upcase, hmac[0]].each do |forged|
        expect(webhook(signature: forged).valid?).to be(false)
      end
    end

    it "does not mind a signature in another encoding" do
      expect(webhook(signature: hmac.b).valid?).to be(true)
      expect(webhook(signature: "\xFF".b * 64).valid?).to be(false)
    end
  end

  describe "valid? with extra tokens" do
    let(:other) { { key: "other", secret: "other secret" } }
    let(:others) { webhook(key: "other", signature: hmac(secret: "other secret")) }

    it "knows their keys too" do
      expect(others.valid?(other)).to be(true)
      expect(others.valid?([{ key: "third", secret: "x" }, other])).to be(true)
      expect(others.valid?).to be(false)
    end

    it "still knows the client's" do
      expect(webhook.valid?(other)).to be(true)
      expect(webhook.valid?([])).to be(true)
    end

    it "takes a token's secret for its own key alone" do
      expect(webhook(key: "other", signature: hmac).valid?(other)).to be(false)
      expect(webhook(key: "key", signature: hmac(secret: "other secret")).valid?(other)).to be(false)
    end

    it "says once that a signature is wrong" do
      expect(logger).to receive(:warn).once.with(invalid_signature("wrong", hmac(secret: "other secret")))
      expect(webhook(key: "other", signature: "wrong").valid?(other)).to be(false)
    end

    it "says once that a key is unknown" do
      expect(logger).to receive(:warn).once.with(unknown_key("fourth"))
      expect(webhook(key: "fourth").valid?([other, { key: "third", secret: "x" }])).to be(false)
    end

    it "Fix: tries every token with that key, so that secrets can be rotated" do
      rotated = [{ key: "other", secret: "new secret" }, other, { key: "other", secret: "newer secret" }]
      expect(logger).not_to receive(:warn)
      expect(others.valid?(rotated)).to be(true)
      expect(others.valid?(rotated.reverse)).to be(true)
    end

    it "Fix: tries tokens with the client's own key after the client's secret" do
      expect(logger).not_to receive(:warn)
      rotated = webhook(signature: hmac(secret: "new secret"))
      expect(rotated.valid?({ key: "key", secret: "new secret" })).to be(true)
    end

    it "warns once, however many tokens were tried" do
      expect(logger).to receive(:warn).once.with(/\AReceived WebHook .*: got wrong, expected \h{64}\z/)
      tokens = Array.new(3) { |number| { key: "other", secret: "secret #{number}" } }
      expect(webhook(key: "other", signature: "wrong").valid?(tokens)).to be(false)
    end
  end

  describe "what never validates" do
    def hook(request, key:, secret:)
      described_class.new({ body:, **request }, double("client", key:, secret:))
    end

    [nil, ""].each do |nothing|
      it "Fix: the key #{nothing.inspect}, even where the client's is the same" do
        expect(hook({ key: nothing, signature: hmac }, key: nothing, secret: "secret").valid?).to be(false)
      end

      it "Fix: the secret #{nothing.inspect}, even with a signature made of it" do
        request = { key: "key", signature: hmac(secret: nothing.to_s) }
        expect(hook(request, key: "key", secret: nothing).valid?).to be(false)
      end

      it "Fix: the signature #{nothing.inspect}" do
        expect(hook({ key: "key", signature: nothing }, key: "key", secret: "secret").valid?).to be(false)
      end

      it "Fix: a token with the key or the secret #{nothing.inspect}" do
        keyless = hook({ key: nothing, signature: hmac }, key: "key", secret: "secret")
        expect(keyless.valid?({ key: nothing, secret: "secret" })).to be(false)
        secretless = hook({ key: "other", signature: hmac(secret: nothing.to_s) }, key: "key", secret: "secret")
        expect(secretless.valid?({ key: "other", secret: nothing })).to be(false)
      end

      it "Fix: and warns once about #{nothing.inspect}" do
        hook({ key: nothing, signature: hmac }, key: nothing, secret: "secret").valid?
        expect(logger).to have_received(:warn).once.with(instance_of(String))
      end
    end

    it "Fix: a request without headers" do
      request = rack_request
      %w[HTTP_X_PUSHER_KEY HTTP_X_PUSHER_SIGNATURE].each { |name| request.env.delete(name) }
      expect(described_class.new(request, client).valid?).to be(false)
    end
  end

  describe "what it holds" do
    it "events, as Hashes with String keys" do
      expect(webhook.events).to eq([{ "name" => "channel_occupied", "channel" => "é" }])
    end

    it "time, by the arithmetic that callers compare with" do
      [1_327_078_148_132, 1, 999, 1_700_000_000_001].each do |time_ms|
        hook = webhook(body: "{\"time_ms\":#{time_ms},\"events\":[]}")
        expect(hook.time).to eq(Time.at(time_ms.to_f / 1000))
      end
    end

    it "data, which is all of it" do
      expect(webhook.data).to eq(JSON.parse(body))
    end

    JsonEngine.adapters.each do |engine|
      it "is text in UTF-8, whatever the application's JSON engine (#{engine})" do
        hook = described_class.new(rack_request, client)
        with_json_engine(engine) { expect(hook.events.first["channel"]).to eq("é") }
      end

      it "is the engine's ParseError where there is no JSON, whatever the engine (#{engine})" do
        with_json_engine(engine) do
          expect { webhook(body: "{no json").data }.to raise_error(JsonEngine.parse_error)
          expect { described_class.new(rack_request(content: ""), client).data }.to raise_error(JsonEngine.parse_error)
        end
      end
    end

    it "is read without being valid" do
      expect(webhook(signature: "wrong").events.length).to eq(1)
    end

    ["text/plain", "application/xml", "application/jsonx"].each do |type|
      it "nothing that is #{type}" do
        hook = webhook(content_type: type)
        %i[data events time].each do |part|
          expect { hook.public_send(part) }.to raise_error(RuntimeError, "Unknown Content-Type (#{type})")
        end
        expect(hook.valid?).to be(true)
      end
    end

    it "nothing that is no JSON" do
      expect { webhook(body: "{no json").data }.to raise_error(JsonEngine.parse_error)
      expect { webhook(body: "{no json").events }.to raise_error(JsonEngine.parse_error)
      expect { webhook(body: "{no json").time }.to raise_error(JsonEngine.parse_error)
    end
  end
end
