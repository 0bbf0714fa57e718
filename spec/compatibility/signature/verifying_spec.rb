# frozen_string_literal: true

require "compatibility_helper"
require "time"

RSpec.describe "Verifying with Pusher::Signature::Request" do
  let(:token) { Pusher::Signature::Token.new("key", "secret") }
  let(:now) { Time.at(1_700_000_000) }

  before { allow(Time).to receive(:now).and_return(now) }

  # A request as a server receives it, signed with OpenSSL.
  def received(params = {}, secret: "secret", **changes)
    params = { "auth_key" => "key", "auth_timestamp" => now.to_i.to_s, "auth_version" => "1.0", "info" => "x" }
             .merge(params)
    text = "POST\n/apps/3/events\n#{params.sort.map { |name, value| "#{name}=#{value}" }.join("&")}"
    params["auth_signature"] = OpenSSL::HMAC.hexdigest("SHA256", secret, text)
    Pusher::Signature::Request.new("POST", "/apps/3/events", params.merge(changes.transform_keys(&:to_s)).compact)
  end

  def refused(message)
    raise_error(Pusher::Signature::AuthenticationError, message)
  end

  it "accepts a signature made with the token" do
    expect(received.authenticate_by_token!(token)).to be_truthy
    expect(received.authenticate_by_token(token)).to be_truthy
  end

  it "accepts a request that it has signed" do
    request = Pusher::Signature::Request.new("POST", "/apps/3/events", { "info" => "x" })
    request.sign(token)
    params = request.signed_params.transform_keys(&:to_s)
    expect(Pusher::Signature::Request.new("POST", "/apps/3/events", params).authenticate_by_token!(token)).to be_truthy
  end

  it "accepts the requests of a client" do
    allow(Time).to receive(:now).and_call_original
    client = Pusher::Client.new(endpoint.client_options)
    client.trigger("news", "event", "data")
    request = endpoint.requests.first
    verified = Pusher::Signature::Request.new(request.verb, request.path, request.params)
    expect(verified.authenticate_by_token!(client.authentication_token)).to be_truthy
  end

  it "has its own error class" do
    expect(Pusher::Signature::AuthenticationError.superclass).to be(RuntimeError)
  end

  it "refuses a signature made with another secret" do
    request = received({}, secret: "other")
    expect { request.authenticate_by_token!(token) }.to refused(
      /\AInvalid signature: you should have sent HmacSHA256Hex\("POST\\n.*", your_secret_key\), but you sent "\h{64}"\z/
    )
  end

  it "shows the string to sign in the error" do
    request = received(auth_signature: "x")
    expect { request.authenticate_by_token!(token) }.to refused(
      "Invalid signature: you should have sent HmacSHA256Hex(#{request.send(:string_to_sign).inspect}, " \
      'your_secret_key), but you sent "x"'
    )
  end

  it "refuses changed parameters" do
    expect { received(info: "y").authenticate_by_token!(token) }.to refused(/\AInvalid signature/)
  end

  { { auth_version: nil } => "Version required", { auth_version: "2.0" } => "Version not supported",
    { auth_timestamp: nil } => "Timestamp required" }.each do |changes, message|
    it "refuses #{changes.inspect}: #{message}" do
      expect { received(**changes).authenticate_by_token!(token) }.to refused(message)
    end
  end

  it "checks the version first, then the timestamp, then the signature" do
    bad = { auth_version: "2.0", auth_timestamp: nil, auth_signature: "x" }
    expect { received(**bad).authenticate_by_token!(token) }.to refused("Version not supported")
    expect { received(**bad.except(:auth_version)).authenticate_by_token!(token) }.to refused("Timestamp required")
  end

  it "returns false instead of raising in authenticate_by_token" do
    expect(received(auth_signature: "x").authenticate_by_token(token)).to be(false)
    expect(received(auth_version: nil).authenticate_by_token(token)).to be(false)
  end

  it "needs a secret" do
    expect { received.authenticate_by_token!(Pusher::Signature::Token.new("key", nil)) }
      .to raise_error(RuntimeError, "Provided token is missing secret")
  end

  describe "by timestamp" do
    def aged(seconds) = received({ "auth_timestamp" => (now.to_i - seconds).to_s })

    it "accepts a request younger than ten minutes" do
      expect(aged(599).authenticate_by_token!(token)).to be_truthy
    end

    it "refuses a request that is ten minutes old" do
      expect { aged(600).authenticate_by_token!(token) }.to refused(
        /\ATimestamp expired: Given timestamp \(\S+\) not within 600s of server time \(\S+\)\z/
      )
    end

    it "shows both times in ISO 8601" do
      aged(700).authenticate_by_token!(token)
    rescue Pusher::Signature::AuthenticationError => e
      expect(e.message.scan(/\((\S+)\)/).flatten.map { |time| Time.iso8601(time).to_i })
        .to eq([now.to_i - 700, now.to_i])
    end

    it "accepts another grace period" do
      expect(aged(9).authenticate_by_token!(token, 10)).to be_truthy
      expect { aged(10).authenticate_by_token!(token, 10) }.to refused(/not within 10s/)
    end

    it "accepts any age without a grace period" do
      expect(aged(1_000_000).authenticate_by_token!(token, nil)).to be_truthy
    end
  end

  describe "with a token that is looked up" do
    it "passes the key to the block, and verifies with the token that it returns" do
      keys = []
      expect(received.authenticate { |key| (keys << key) && token }).to be_truthy
      expect(keys).to eq(["key"])
    end

    it "refuses the signature of another secret" do
      other = Pusher::Signature::Token.new("key", "other")
      expect { received.authenticate { other } }.to refused(/\AInvalid signature/)
    end

    it "refuses an unknown key" do
      expect { received.authenticate { nil } }.to refused("Unknown auth_key")
    end

    it "refuses a request without a key" do
      expect { received(auth_key: nil).authenticate { token } }.to refused("Missing parameter: auth_key")
    end

    it "accepts another grace period" do
      old = received({ "auth_timestamp" => (now.to_i - 10).to_s })
      expect { old.authenticate(10) { token } }.to refused(/not within 10s/)
    end

    it "needs a block" do
      expect { received.authenticate }.to raise_error(ArgumentError, "Block required")
    end
  end
end
