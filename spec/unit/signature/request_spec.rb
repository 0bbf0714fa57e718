# frozen_string_literal: true

require "spec_helper"
require "time"
require_relative "../support/http_stub"
require_relative "../support/signature_twin"

# The side that signs, and the side that servers and test doubles verify with.
RSpec.describe Pusher::Signature::Request do
  let(:token) { Pusher::Signature::Token.new("key", "secret") }
  let(:now) { Time.at(1_700_000_000) }
  let(:twin) { SignatureTwin.new("secret") }

  before { allow(Time).to receive(:now).and_return(now) }

  def signed_query(query = { "a" => "1" }, path: "/some/path", **changes)
    signed = { **query, "auth_key" => "key", "auth_timestamp" => now.to_i.to_s, "auth_version" => "1.0",
                        **changes.transform_keys(&:to_s) }
    { **signed, "auth_signature" => twin.sign("POST", path, signed) }.merge(changes.transform_keys(&:to_s))
  end

  def received(query, path: "/some/path")
    described_class.new("POST", path, query)
  end

  describe "a token" do
    it "holds key and secret and signs a request" do
      request = received({ "a" => "1" })
      expect(token).to have_attributes(key: "key", secret: "secret")
      expect(token.sign(request)).to eq(request.auth_hash)
      expect(request.auth_hash[:auth_signature]).to eq(signed_query["auth_signature"])
    end
  end

  describe "signing" do
    it "returns the auth hash" do
      request = received({ "a" => "1" })
      expect(request.sign(token)).to eq(auth_version: "1.0", auth_key: "key", auth_timestamp: "1700000000",
                                        auth_signature: signed_query["auth_signature"])
      expect(request.auth_hash).to eq(request.sign(token))
    end

    it "gives the parameters to send: own ones lowercased as Strings, auth ones as Symbols" do
      request = received({ "Mixed" => "Case", SYMBOL: 1 })
      request.sign(token)
      expect(request.signed_params.keys).to contain_exactly("mixed", "symbol", :auth_version, :auth_key,
                                                            :auth_timestamp, :auth_signature)
      expect(request.signed_params).to include("mixed" => "Case", "symbol" => 1, auth_key: "key")
    end

    it "takes the verb in any case, as a String" do
      requests = %w[post POST Post].map { |verb| described_class.new(verb, "/", {}).sign(token)[:auth_signature] }
      expect(requests.uniq.length).to eq(1)
    end

    it "drops the caller's own auth parameters, in any case and as Symbols too" do
      request = received({ "a" => "1", auth_key: "mine", "Auth_Signature" => "x", "auth_other" => "y" })
      expect(request.sign(token)[:auth_signature]).to eq(signed_query["auth_signature"])
      expect(request.signed_params).to include("a" => "1", auth_key: "key")
      expect(request.signed_params.keys).not_to include("auth_other", "auth_signature")
    end

    it "signs nil as an empty value" do
      request = received({ "a" => nil })
      request.sign(token)
      expect(request.send(:string_to_sign).lines.last)
        .to eq("a=&auth_key=key&auth_timestamp=1700000000&auth_version=1.0")
    end

    it "signs values as they are, unescaped" do
      request = received({ "a" => "1 & 2=é/%20" })
      request.sign(token)
      expect(request.send(:string_to_sign)).to eq(
        "POST\n/some/path\na=1 & 2=é/%20&auth_key=key&auth_timestamp=1700000000&auth_version=1.0"
      )
    end

    it "signs an Array as one parameter per element" do
      request = received({ "a" => %w[x y], "b" => "z" })
      request.sign(token)
      expect(request.send(:string_to_sign).lines.last).to start_with("a[]=x&a[]=y&auth_key=")
    end

    it "Fix: writes elements of an Array by to_s" do
      request = received({ "a" => [1, :two, nil, 3.5, true] })
      request.sign(token)
      expect(request.send(:string_to_sign).lines.last).to start_with("a[]=1&a[]=two&a[]=&a[]=3.5&a[]=true&auth_key=")
    end

    it "Fix: lets an empty Array contribute nothing" do
      request = received({ "a" => "1", "b" => [] })
      expect(request.sign(token)[:auth_signature]).to eq(signed_query["auth_signature"])
      expect(request.send(:string_to_sign).lines.last).to eq(
        "a=1&auth_key=key&auth_timestamp=1700000000&auth_version=1.0"
      )
    end

    it "sorts by the lowercased key" do
      request = received({ "b" => 1, "A" => 2, "_" => 3, "auz" => 4 })
      request.sign(token)
      expect(request.send(:string_to_sign).lines.last).to eq(
        "_=3&a=2&auth_key=key&auth_timestamp=1700000000&auth_version=1.0&auz=4&b=1"
      )
    end

    it "Fix: does not write to the caller's Hash" do
      query = { "Mixed" => "Case", :sym => 1, "auth_key" => "mine", "list" => ["a", nil] }
      before = Marshal.dump(query)
      request = received(query)
      request.sign(token)
      request.signed_params
      expect(Marshal.dump(query)).to eq(before)
      expect { received(query.freeze).sign(token) }.not_to raise_error
    end

    it "has no auth hash and no signed parameters before" do
      expect { received({}).auth_hash }.to raise_error(RuntimeError, "Request not signed")
      expect { received({}).signed_params }.to raise_error(RuntimeError, "Request not signed")
    end

    it "signs the path and the query it has then" do
      request = received({})
      request.path = "/other"
      request.query_hash = { "b" => "2" }
      request.sign(token)
      expect(request.send(:string_to_sign)).to start_with("POST\n/other\nauth_key=")
      expect(request).to have_attributes(path: "/other", query_hash: { "b" => "2" })
      expect(request.send(:string_to_sign)).to end_with("auth_version=1.0&b=2")
    end
  end

  describe "what it is made of" do
    it "needs a path that is a String" do
      [nil, :path, 1, URI("/path")].each do |path|
        expect { described_class.new("GET", path, {}) }.to raise_error(ArgumentError, "Expected string")
      end
    end

    it "needs a query that is a Hash" do
      [nil, "a=1", [%w[a 1]]].each do |query|
        expect { described_class.new("GET", "/", query) }.to raise_error(ArgumentError, "Expected hash")
      end
    end
  end

  describe "verifying" do
    it "accepts what was signed" do
      request = received(signed_query)
      expect(request.authenticate_by_token!(token)).to be(true)
      expect(request.authenticate_by_token(token)).to be(true)
      expect(request.authenticate { token }).to equal(token)
    end

    it "accepts what this class signed, parameters of every kind included" do
      signing = received({ "Mixed" => "Case", list: [1, nil, "ü"], nothing: nil, empty: [] })
      signing.sign(token)
      expect(received(signing.signed_params).authenticate_by_token!(token)).to be(true)
    end

    it "accepts Symbols and mixed case for the auth parameters" do
      query = signed_query.transform_keys { |name| name.sub("auth", "Auth").to_sym }
      expect(received(query).authenticate_by_token!(token)).to be(true)
    end

    it "hands the key to the block" do
      keys = []
      received(signed_query).authenticate do |key|
        keys << key
        token
      end
      expect(keys).to eq(["key"])
    end

    it "refuses a request that was changed on its way" do
      [received(signed_query.merge("a" => "2")), received(signed_query.merge("b" => "2")),
       received(signed_query, path: "/other"), described_class.new("GET", "/some/path", signed_query)].each do |request|
        expect(request.authenticate_by_token(token)).to be(false)
      end
    end

    it "shows what should have been signed" do
      string = "POST\n/some/path\na=2&auth_key=key&auth_timestamp=1700000000&auth_version=1.0"
      query = signed_query
      expect { received(query.merge("a" => "2")).authenticate_by_token!(token) }.to raise_error(
        Pusher::Signature::AuthenticationError,
        "Invalid signature: you should have sent HmacSHA256Hex(#{string.inspect}, your_secret_key), " \
        "but you sent #{query["auth_signature"].inspect}"
      )
    end

    it "says so as well when no signature came" do
      query = signed_query.except("auth_signature")
      expect { received(query).authenticate_by_token!(token) }
        .to raise_error(Pusher::Signature::AuthenticationError, /\AInvalid signature: .*, but you sent nil\z/)
    end

    it "refuses the beginning of a signature, and an uppercased one" do
      signature = signed_query["auth_signature"]
      [signature[0, 63], "#{signature}0", "", signature.upcase].each do |forged|
        expect(received(signed_query.merge("auth_signature" => forged)).authenticate_by_token(token)).to be(false)
      end
    end

    it "needs the version" do
      query = signed_query.except("auth_version")
      expect { received(query).authenticate_by_token!(token) }
        .to raise_error(Pusher::Signature::AuthenticationError, "Version required")
    end

    it "knows version 1.0 alone" do
      expect { received(signed_query(auth_version: "1.1")).authenticate_by_token!(token) }
        .to raise_error(Pusher::Signature::AuthenticationError, "Version not supported")
    end

    it "needs the timestamp" do
      query = signed_query.except("auth_timestamp")
      expect { received(query).authenticate_by_token!(token) }
        .to raise_error(Pusher::Signature::AuthenticationError, "Timestamp required")
    end

    it "lets a request live for less than the grace, in both directions" do
      [-599, 599].each do |offset|
        query = signed_query(auth_timestamp: (now.to_i + offset).to_s)
        expect(received(query).authenticate_by_token!(token)).to be(true)
      end
    end

    it "takes a request for expired at exactly the grace, in both directions" do
      [-600, 600].each do |offset|
        query = signed_query(auth_timestamp: (now.to_i + offset).to_s)
        expect { received(query).authenticate_by_token!(token) }.to raise_error(
          Pusher::Signature::AuthenticationError,
          "Timestamp expired: Given timestamp (#{(now + offset).utc.iso8601}) not within 600s of server time " \
          "(#{now.utc.iso8601})"
        )
      end
    end

    it "takes another grace" do
      query = signed_query(auth_timestamp: (now.to_i - 30).to_s)
      expect(received(query).authenticate_by_token!(token, 31)).to be(true)
      expect(received(query).authenticate(31) { token }).to equal(token)
      expect(received(query).authenticate_by_token(token, 30)).to be(false)
      expect { received(query).authenticate(30) { token } }
        .to raise_error(Pusher::Signature::AuthenticationError, /not within 30s of server time/)
    end

    it "skips the timestamp for a grace of nil" do
      query = signed_query(auth_timestamp: "1")
      expect(received(query).authenticate_by_token!(token, nil)).to be(true)
      expect(received(query).authenticate(nil) { token }).to equal(token)
    end

    it "checks version, timestamp and signature in this order" do
      query = { "auth_key" => "key" }
      messages = [{}, { "auth_version" => "2" }, { "auth_version" => "1.0" }, { "auth_timestamp" => "1" },
                  { "auth_timestamp" => now.to_i.to_s }].map do |addition|
        query.update(addition)
        begin
          received(query).authenticate_by_token!(token)
        rescue Pusher::Signature::AuthenticationError => e
          e.message[/\A[\w ]+/]
        end
      end
      expect(messages).to eq(["Version required", "Version not supported", "Timestamp required", "Timestamp expired",
                              "Invalid signature"])
    end

    it "does not take a token without a secret for a caller's mistake" do
      [nil, ""].each do |secret|
        empty = Pusher::Signature::Token.new("key", secret)
        missing = an_instance_of(RuntimeError).and(have_attributes(message: "Provided token is missing secret"))
        expect { received(signed_query).authenticate_by_token!(empty) }.to raise_error(missing)
        expect { received(signed_query).authenticate_by_token(empty) }.to raise_error(missing)
      end
    end

    it "needs a block to look the token up" do
      expect { received(signed_query).authenticate }.to raise_error(ArgumentError, "Block required")
    end

    it "needs a key to look up" do
      query = signed_query.except("auth_key")
      expect { received(query).authenticate { token } }
        .to raise_error(Pusher::Signature::AuthenticationError, "Missing parameter: auth_key")
    end

    it "needs the block to know the key" do
      expect { received(signed_query).authenticate { nil } }
        .to raise_error(Pusher::Signature::AuthenticationError, "Unknown auth_key")
    end

    it "takes tokens that only look like one" do
      look_alike = Struct.new(:key, :secret).new("key", "secret")
      expect(received(signed_query).authenticate_by_token!(look_alike)).to be(true)
    end
  end

  it "verifies what the client sends" do
    server_token = token
    client = Pusher::Client.new(app_id: "1", key: "key", secret: "secret")
    query = nil
    allow(client.sync_http_client).to receive(:request) do |*arguments|
      query = HttpCall.new(*arguments).params
      HttpStub::Reply.new(200, "{}", {})
    end
    client.post("/events", { a: 1 })
    expect(described_class.new("POST", "/apps/1/events", query).authenticate { server_token }).to equal(server_token)
  end
end
