# frozen_string_literal: true

require "spec_helper"
require "time"
require_relative "../support/signature_twin"
require_relative "../support/signatures"

# Edge cases. spec/compatibility/signature describes the usual ones. SignatureTwin signs with Ruby's OpenSSL.
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

  it "has the documented methods and no others" do
    expect(Signatures.own_methods(described_class)).to match_array(
      %i[sign signed_params auth_hash path path= query_hash query_hash= authenticate_by_token! authenticate_by_token
         authenticate authenticate_async]
    )
    expect(described_class.private_method_defined?(:string_to_sign)).to be(true)
  end

  {
    "sign" => "token", "authenticate_by_token!" => "token, timestamp_grace = 600",
    "authenticate_by_token" => "token, timestamp_grace = 600", "authenticate" => "timestamp_grace = 600",
    "authenticate_async" => "timestamp_grace = 600"
  }.each do |name, list|
    it "##{name} takes (#{list})" do
      expect(described_class.instance_method(name).parameters).to eq(Signatures.parameters(list))
    end
  end

  describe "signing" do
    it "accepts the verb in any case" do
      requests = %w[post POST Post].map { |verb| described_class.new(verb, "/", {}).sign(token)[:auth_signature] }
      expect(requests.uniq.length).to eq(1)
    end

    it "drops the caller's own auth parameters, in any case and as Symbols too" do
      request = received({ "a" => "1", auth_key: "mine", "Auth_Signature" => "x", "auth_other" => "y" })
      expect(request.sign(token)[:auth_signature]).to eq(signed_query["auth_signature"])
      expect(request.signed_params).to include("a" => "1", auth_key: "key")
      expect(request.signed_params.keys).not_to include("auth_other", "auth_signature")
    end

    it "signs unescaped values" do
      request = received({ "a" => "1 & 2=é/%20" })
      request.sign(token)
      expect(request.send(:string_to_sign)).to eq(
        "POST\n/some/path\na=1 & 2=é/%20&auth_key=key&auth_timestamp=1700000000&auth_version=1.0"
      )
    end

    it "sorts by the lowercased key" do
      request = received({ "b" => 1, "A" => 2, "_" => 3, "auz" => 4 })
      request.sign(token)
      expect(request.send(:string_to_sign).lines.last).to eq(
        "_=3&a=2&auth_key=key&auth_timestamp=1700000000&auth_version=1.0&auz=4&b=1"
      )
    end

    it "is required before signed_params can be read" do
      expect { received({}).signed_params }.to raise_error(RuntimeError, "Request not signed")
    end

    it "uses the path and the query that were set last" do
      request = received({})
      request.path = "/other"
      request.query_hash = { "b" => "2" }
      request.sign(token)
      expect(request.send(:string_to_sign)).to start_with("POST\n/other\nauth_key=")
      expect(request).to have_attributes(path: "/other", query_hash: { "b" => "2" })
      expect(request.send(:string_to_sign)).to end_with("auth_version=1.0&b=2")
    end
  end

  describe "new" do
    it "needs a String as path" do
      [nil, :path, 1, URI("/path")].each do |path|
        expect { described_class.new("GET", path, {}) }.to raise_error(ArgumentError, "Expected string")
      end
    end

    it "needs a Hash as query" do
      [nil, "a=1", [%w[a 1]]].each do |query|
        expect { described_class.new("GET", "/", query) }.to raise_error(ArgumentError, "Expected hash")
      end
    end
  end

  describe "verifying" do
    it "accepts a request that this class has signed, with parameters of every kind" do
      signing = received({ "Mixed" => "Case", list: [1, nil, "ü"], nothing: nil, empty: [] })
      signing.sign(token)
      expect(received(signing.signed_params).authenticate_by_token!(token)).to be(true)
    end

    it "accepts Symbols and mixed case for the auth parameters" do
      query = signed_query.transform_keys { |name| name.sub("auth", "Auth").to_sym }
      expect(received(query).authenticate_by_token!(token)).to be(true)
    end

    it "refuses a changed parameter, path or verb" do
      [received(signed_query.merge("a" => "2")), received(signed_query.merge("b" => "2")),
       received(signed_query, path: "/other"), described_class.new("GET", "/some/path", signed_query)].each do |request|
        expect(request.authenticate_by_token(token)).to be(false)
      end
    end

    it "refuses a request without a signature" do
      query = signed_query.except("auth_signature")
      expect { received(query).authenticate_by_token!(token) }
        .to raise_error(Pusher::Signature::AuthenticationError, /\AInvalid signature: .*, but you sent nil\z/)
    end

    it "refuses the beginning of a signature, and an uppercase signature" do
      signature = signed_query["auth_signature"]
      [signature[0, 63], "#{signature}0", "", signature.upcase].each do |forged|
        expect(received(signed_query.merge("auth_signature" => forged)).authenticate_by_token(token)).to be(false)
      end
    end

    it "accepts a timestamp within the grace period, in the past and in the future" do
      [-599, 599].each do |offset|
        query = signed_query(auth_timestamp: (now.to_i + offset).to_s)
        expect(received(query).authenticate_by_token!(token)).to be(true)
      end
    end

    it "refuses a timestamp at exactly the grace period, in the past and in the future" do
      [-600, 600].each do |offset|
        query = signed_query(auth_timestamp: (now.to_i + offset).to_s)
        expect { received(query).authenticate_by_token!(token) }.to raise_error(
          Pusher::Signature::AuthenticationError,
          "Timestamp expired: Given timestamp (#{(now + offset).utc.iso8601}) not within 600s of server time " \
          "(#{now.utc.iso8601})"
        )
      end
    end

    it "accepts the published request" do
      allow(Time).to receive(:now).and_return(Time.at(1_353_088_179))
      query = { "auth_key" => "278d425bdf160c739803", "auth_timestamp" => "1353088179", "auth_version" => "1.0",
                "body_md5" => "ec365a775a4cd0599faeb73354201b6f",
                "auth_signature" => "da454824c97ba181a32ccc17a72625ba02771f50b50e1e7430e47a1f3f457e6c" }
      token = Pusher::Signature::Token.new("278d425bdf160c739803", "7ad3773142a6692b25b8")
      expect(received(query, path: "/apps/3/events").authenticate_by_token!(token)).to be(true)
    end

    it "ignores the timestamp if the grace period is nil" do
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

    it "raises a RuntimeError for a token without a secret" do
      [nil, ""].each do |secret|
        empty = Pusher::Signature::Token.new("key", secret)
        missing = an_instance_of(RuntimeError).and(have_attributes(message: "Provided token is missing secret"))
        expect { received(signed_query).authenticate_by_token!(empty) }.to raise_error(missing)
        expect { received(signed_query).authenticate_by_token(empty) }.to raise_error(missing)
      end
    end

    it "accepts any object with a key and a secret as a token" do
      look_alike = Struct.new(:key, :secret).new("key", "secret")
      expect(received(signed_query).authenticate_by_token!(look_alike)).to be(true)
    end
  end
end
