# frozen_string_literal: true

require "spec_helper"
require "rbnacl"
require_relative "support/http_stub"

# Public test data of the Channels API and its libraries: what any implementation must come to.
RSpec.describe "The published vectors" do
  include HttpStub

  let(:client) { Pusher::Client.new(app_id: "3", key: "278d425bdf160c739803", secret: "7ad3773142a6692b25b8") }
  let(:token) { Pusher::Signature::Token.new("278d425bdf160c739803", "7ad3773142a6692b25b8") }

  def at(seconds)
    allow(Time).to receive(:now).and_return(Time.at(seconds))
  end

  describe "signing POST /apps/3/events" do
    let(:md5) { "ec365a775a4cd0599faeb73354201b6f" }
    let(:signature) { "da454824c97ba181a32ccc17a72625ba02771f50b50e1e7430e47a1f3f457e6c" }

    before { at(1_353_088_179) }

    it "holds for Signature::Request" do
      request = Pusher::Signature::Request.new("POST", "/apps/3/events", { body_md5: md5 })
      expect(request.sign(token)).to eq(auth_version: "1.0", auth_key: "278d425bdf160c739803",
                                        auth_timestamp: "1353088179", auth_signature: signature)
      expect(request.send(:string_to_sign)).to eq(
        "POST\n/apps/3/events\nauth_key=278d425bdf160c739803&auth_timestamp=1353088179&auth_version=1.0&" \
        "body_md5=ec365a775a4cd0599faeb73354201b6f"
      )
    end

    it "holds for Token#sign" do
      request = Pusher::Signature::Request.new("POST", "/apps/3/events", { body_md5: md5 })
      expect(token.sign(request)[:auth_signature]).to eq(signature)
    end

    it "holds for trigger, from the event to the body's MD5" do
      calls = stub_http(client)
      client.trigger("project-3", "foo", { some: "data" })
      expect(calls.first.body).to eq('{"name":"foo","channels":["project-3"],"data":"{\"some\":\"data\"}"}')
      expect(calls.first.params).to eq("auth_key" => "278d425bdf160c739803", "auth_timestamp" => "1353088179",
                                       "auth_version" => "1.0", "body_md5" => "ec365a775a4cd0599faeb73354201b6f",
                                       "auth_signature" => signature)
    end

    it "verifies on the receiving side" do
      query = { "auth_key" => "278d425bdf160c739803", "auth_timestamp" => "1353088179", "auth_version" => "1.0",
                "body_md5" => "ec365a775a4cd0599faeb73354201b6f", "auth_signature" => signature }
      request = Pusher::Signature::Request.new("POST", "/apps/3/events", query)
      expect(request.authenticate_by_token!(token)).to be(true)
    end
  end

  it "signing GET /apps/102015/channels with a query" do
    at(1_427_034_994)
    client = Pusher::Client.new(app_id: "102015", key: "d41a439c438a100756f5", secret: "4bf35003e819bb138249")
    calls = stub_http(client)
    client.channels(filter_by_prefix: "presence-", info: "user_count")
    signature = "4d8a02edcc8a758b0162cd6da690a9a45fb8ae326a276dca1e06a0bc42796c11"
    expect(calls.first.params["auth_signature"]).to eq(signature)
  end

  describe "authentication" do
    it "of a private channel" do
      expect(client.authenticate("private-foobar", "1234.1234"))
        .to eq({ auth: "278d425bdf160c739803:58df8b0c36d6982b82c3ecf6b4662e34fe8c25bba48f5369f135bf843651c3a4" })
    end

    it "of a presence channel" do
      json = '{"user_id":"10","user_info":{"name":"Mr. Pusher"}}'
      hmac = "48dac51d2d7569e1e9c0f48c227d4b26f238fa68e5c0bb04222c966909c4f7c4"
      expect(client.authenticate("presence-foobar", "1234.1234", { user_id: "10", user_info: { name: "Mr. Pusher" } }))
        .to eq({ auth: "278d425bdf160c739803:#{hmac}", channel_data: json })
      expect(client.channel("presence-foobar").authentication_string("1234.1234", json))
        .to eq("278d425bdf160c739803:#{hmac}")
    end

    it "of a user" do
      expect(client.authenticate_user("1234.1234", { id: "12345" })).to eq(
        { auth: "278d425bdf160c739803:4708d583dada6a56435fb8bc611c77c359a31eebde13337c16ab43aa6de336ba",
          user_data: '{"id":"12345"}' }
      )
    end

    it "of a user with a name from beyond ASCII" do
      client = Pusher::Client.new(key: "278d425bdf160c739803", secret: "tofu")
      expect(client.authenticate_user("1.1", { id: "ą§¶™€łü€ß£" })).to eq(
        { auth: "278d425bdf160c739803:620494cee53d6c568b49598313194088afda37218f0d059af03c0c898ed61ff4",
          user_data: '{"id":"ą§¶™€łü€ß£"}' }
      )
    end
  end

  it "a webhook's signature" do
    signature = "2677ad3e7c090b2fa2c0fb13020d66d5420879b8316eb356a2d60fb9073bc778"
    client = Pusher::Client.new(key: "key", secret: "secret")
    webhook = client.webhook({ key: "key", signature:, body: '{"hello":"world"}' })
    expect(webhook.valid?).to be(true)
    expect(webhook.data).to eq("hello" => "world")
  end

  describe "shared secrets" do
    {
      "private-encrypted-bla" => %w[zyrm8pvV2C9fJcBfhyXzvxbJVN/H7QLmbe0xJi1GhPU=
                                    nlr49ISQHz91yS3cy/yWmW8wFMNeTnNL5tNHnbPJcLQ=],
      "private-encrypted-channel" => %w[OHRXNUZRTG5pUTFzQlFGd3J3N3Q2VFZFc0paZDEweVk=
                                        VmIsNZtCSteh8kazd2toc+ofhohBtUouQRSDtRvuyVI=]
    }.each do |name, (master, shared)|
      it "of #{name}" do
        client.encryption_master_key_base64 = master
        expect(client.authenticate(name, "1.1")[:shared_secret]).to eq(shared)
        secret = client.channel(name).shared_secret(client.encryption_master_key)
        expect(secret).to eq(shared.unpack1("m0"))
        expect(secret.encoding).to eq(Encoding::BINARY)
      end
    end

    it "make the published box with the published nonce" do
      secret = client.channel("pvUPIk0YG6MnxCEMIUUVFrbDmQwbhICXUcy").shared_secret("OTk5" * 8)
      box = RbNaCl::SecretBox.new(secret)
      sealed = box.encrypt("XAJI0Y6DPBHSAHXTHV3A3ZMF".b, "kkkT5OOkOkO5kT5TOO5TkOT5TTk5O55T".b)
      expect([sealed].pack("m0")).to eq("tsYJa2JgGDOpVIYFe4aNVWAvZlpB7z7CjN9mpIdbATE0Yc4izN8aM8D6VigBxnIQ")
    end
  end
end
