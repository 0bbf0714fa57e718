# frozen_string_literal: true

require "compatibility_helper"

RSpec.describe "Signing with Pusher::Signature::Request" do
  let(:token) { Pusher::Signature::Token.new("key", "secret") }

  def request(query = {}, method: "GET", path: "/apps/3/channels")
    Pusher::Signature::Request.new(method, path, query)
  end

  def hmac(text, secret = "secret")
    OpenSSL::HMAC.hexdigest("SHA256", secret, text)
  end

  it "returns the auth parameters" do
    allow(Time).to receive(:now).and_return(Time.at(1_353_088_179))
    text = "GET\n/apps/3/channels\nauth_key=key&auth_timestamp=1353088179&auth_version=1.0&info=x"
    expect(request({ "info" => "x" }).sign(token))
      .to eq({ auth_version: "1.0", auth_key: "key", auth_timestamp: "1353088179", auth_signature: hmac(text) })
  end

  it "returns the published signature of a POST" do
    allow(Time).to receive(:now).and_return(Time.at(1_353_088_179))
    token = Pusher::Signature::Token.new("278d425bdf160c739803", "7ad3773142a6692b25b8")
    request = request({ "body_md5" => "ec365a775a4cd0599faeb73354201b6f" }, method: "POST", path: "/apps/3/events")
    expect(request.sign(token)[:auth_signature])
      .to eq("da454824c97ba181a32ccc17a72625ba02771f50b50e1e7430e47a1f3f457e6c")
  end

  it "returns the published signature of a GET" do
    allow(Time).to receive(:now).and_return(Time.at(1_427_034_994))
    token = Pusher::Signature::Token.new("d41a439c438a100756f5", "4bf35003e819bb138249")
    request = request({ "filter_by_prefix" => "presence-", "info" => "user_count" }, path: "/apps/102015/channels")
    expect(request.sign(token)[:auth_signature])
      .to eq("4d8a02edcc8a758b0162cd6da690a9a45fb8ae326a276dca1e06a0bc42796c11")
  end

  it "stores the auth parameters in auth_hash" do
    request = self.request
    expect(request.sign(token)).to eq(request.auth_hash)
  end

  it "is required before auth_hash can be read" do
    expect { request.auth_hash }.to raise_error("Request not signed")
  end

  it "stores all parameters in signed_params: lowercase Strings, and Symbols for the signature" do
    request = self.request({ "Info" => "x", page: 2 })
    request.sign(token)
    expect(request.signed_params.keys)
      .to contain_exactly("info", "page", :auth_key, :auth_timestamp, :auth_version, :auth_signature)
  end

  it "leaves the path and the query writable" do
    request = self.request({ "info" => "x" })
    expect(request.path).to eq("/apps/3/channels")
    expect(request.query_hash).to include("info" => "x")
    request.path = "/apps/3/other"
    request.query_hash = { "info" => "y" }
    expect(request).to have_attributes(path: "/apps/3/other", query_hash: { "info" => "y" })
  end

  it "builds a string to sign that tests can read" do
    request = self.request({ "b" => "2", "A" => "1 ü" }, method: "POST")
    request.sign(token)
    expect(request.send(:string_to_sign)).to match(
      %r{\APOST\n/apps/3/channels\na=1 ü&auth_key=key&auth_timestamp=\d+&auth_version=1\.0&b=2\z}
    )
  end

  it "encodes nil as an empty value, and an Array element by element" do
    request = self.request({ "n" => nil, "list" => %w[a b] })
    request.sign(token)
    expect(request.send(:string_to_sign)).to end_with("&auth_version=1.0&list[]=a&list[]=b&n=")
  end

  it "encodes the elements of an Array with to_s, and omits an empty Array", :fix do
    request = self.request({ "list" => [:a, 1, nil], "none" => [] })
    request.sign(token)
    expect(request.send(:string_to_sign)).to end_with("&auth_version=1.0&list[]=a&list[]=1&list[]=")
  end

  it "does not modify the caller's Hash", :fix do
    query = { "Info" => "x", "auth_key" => "other" }.freeze
    request(query).sign(token)
    expect(query).to eq({ "Info" => "x", "auth_key" => "other" })
  end

  it "can be done with Token#sign" do
    request = self.request
    expect(token.sign(request)).to eq(request.auth_hash)
  end

  it "needs a String as path" do
    expect { Pusher::Signature::Request.new("GET", nil, {}) }.to raise_error(ArgumentError, "Expected string")
  end

  it "needs a Hash as query" do
    expect { Pusher::Signature::Request.new("GET", "/", nil) }.to raise_error(ArgumentError, "Expected hash")
  end
end

RSpec.describe "Pusher::Signature::Token" do
  it "has a key and a secret" do
    expect(Pusher::Signature::Token.new("key", "secret")).to have_attributes(key: "key", secret: "secret")
  end

  it "does not show its secret in inspect", :fix do
    expect(Pusher::Signature::Token.new("key", "hush").inspect).not_to include("hush")
  end
end

RSpec.describe "Pusher::Signature" do
  it "has a version" do
    expect(Pusher::Signature::VERSION).to match(/\A\d+\.\d+/)
  end
end
