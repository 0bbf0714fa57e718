# frozen_string_literal: true

require "compatibility_helper"

RSpec.describe "Authentication for an encrypted channel" do
  let(:client) { Pusher::Client.new(**endpoint.client_options, encryption_master_key_base64: ["k" * 32].pack("m0")) }

  it "returns the shared secret of the channel in base64" do
    auth = client.authenticate("private-encrypted-room", "123.456")
    expect(auth.keys).to contain_exactly(:auth, :shared_secret)
    expect(auth[:shared_secret].unpack1("m0")).to eq(Digest::SHA256.digest("private-encrypted-room#{"k" * 32}"))
  end

  it "signs the socket id and the channel" do
    auth = client.authenticate("private-encrypted-room", "123.456")
    expect(auth[:auth])
      .to eq("#{client.key}:#{OpenSSL::HMAC.hexdigest("SHA256", client.secret, "123.456:private-encrypted-room")}")
  end

  it "returns no shared secret for other channels" do
    expect(client.authenticate("private-room", "123.456").keys).to eq([:auth])
  end

  it "needs a master key", :fix do
    client.encryption_master_key_base64 = nil
    expect { client.authenticate("private-encrypted-room", "1.1") }
      .to raise_error(Pusher::ConfigurationError, "missing key `encryption_master_key' in the client configuration")
  end

  describe "uses the shared secret of the channel, which" do
    {
      "private-encrypted-bla" => ["zyrm8pvV2C9fJcBfhyXzvxbJVN/H7QLmbe0xJi1GhPU=",
                                  "nlr49ISQHz91yS3cy/yWmW8wFMNeTnNL5tNHnbPJcLQ="],
      "private-encrypted-channel" => ["OHRXNUZRTG5pUTFzQlFGd3J3N3Q2VFZFc0paZDEweVk=",
                                      "VmIsNZtCSteh8kazd2toc+ofhohBtUouQRSDtRvuyVI="]
    }.each do |channel, (key, secret)|
      it "has the published value for #{channel}" do
        expect([client[channel].shared_secret(key.unpack1("m0"))].pack("m0")).to eq(secret)
      end
    end

    it "is SHA-256 of the channel's name and the master key" do
      key = (224..255).map(&:chr).join.b
      expect(client["private-encrypted-a"].shared_secret(key))
        .to eq(Digest::SHA256.digest("private-encrypted-a".b + key))
    end

    it "is a binary String" do
      expect(client["private-encrypted-a"].shared_secret("k" * 32).encoding).to eq(Encoding::BINARY)
    end

    it "is nil without a master key" do
      expect(client["private-encrypted-a"].shared_secret(nil)).to be_nil
    end
  end
end
