# frozen_string_literal: true

require "spec_helper"
require_relative "support/attempts"

# Certificates and keys with algorithms that the native part does not support.
RSpec.describe "Unsupported algorithms" do
  include Attempts

  keys = {
    "P-256" => -> { OpenSSL::PKey::EC.generate("prime256v1") },
    "P-384" => -> { OpenSSL::PKey::EC.generate("secp384r1") },
    "P-521" => -> { OpenSSL::PKey::EC.generate("secp521r1") },
    "brainpoolP256r1" => -> { OpenSSL::PKey::EC.generate("brainpoolP256r1") },
    "2048-bit RSA" => -> { OpenSSL::PKey::RSA.new(2048) },
    "1024-bit RSA" => -> { OpenSSL::PKey::RSA.new(1024) },
    "RSA-PSS" => -> { OpenSSL::PKey.generate_key("RSA-PSS", "rsa_keygen_bits" => 2048) },
    "Ed448" => -> { OpenSSL::PKey.generate_key("ED448") }
  }
  supported = "P-256, P-384 or Ed25519"

  # A client that trusts the issuer of the server's certificate.
  def client_of_issuer(issuer, identity)
    server = start_endpoint(tls: identity)
    Pusher::Client.new(timeout: 60, **server.client_options).tap do |client|
      client.sync_http_client.ssl_config.set_trust_ca(issuer.pem_file)
    end
  end

  def publish(client)
    client.trigger("channel", "event", "data")
  end

  def expect_sentence(client, sentence)
    error = attempt { publish(client) }.original_error
    expect(error).to be_a(OpenSSL::SSL::SSLError)
    expect(error.message.sub(/ - 127\.0\.0\.1:\d+\z/, "")).to eq(sentence)
    expect(error.message.size).to be < 250
  end

  describe "of an authority" do
    [
      %w[P-256 SHA512 ecdsa-with-SHA512], %w[P-384 SHA512 ecdsa-with-SHA512], %w[P-256 SHA1 ecdsa-with-SHA1],
      ["2048-bit RSA", "SHA1", "RSA with SHA-1"], ["2048-bit RSA", "SHA224", "RSA with SHA-224"]
    ].each do |key, digest, algorithm|
      it "are named in the error for a signature by a #{key} key with #{digest}" do
        issuer = ChannelsApi::Certificates.new(key: keys.fetch(key).call, digest:)
        expect_sentence(client_of_issuer(issuer, issuer.good.weak),
                        "certificate verify failed (the signature algorithm of the server's certificate, " \
                        "#{algorithm}, is not supported; reissue it with SHA-256)")
      end
    end

    ["P-521", "brainpoolP256r1", "1024-bit RSA", "RSA-PSS"].product(%w[SHA256 SHA512]).each do |key, digest|
      it "are named in the error for a #{key} key that signs with #{digest}" do
        issuer = ChannelsApi::Certificates.new(key: keys.fetch(key).call, digest:)
        expect_sentence(client_of_issuer(issuer, issuer.good.weak),
                        "certificate verify failed (the #{key} key of the issuing authority is not supported; " \
                        "use RSA of 2048 to 8192 bits, #{supported})")
      end
    end

    it "are accepted in the signature of the authority's certificate" do
      key = keys.fetch("P-256").call
      issuer = ChannelsApi::Certificates.new(key:)
      issuer.authority.sign(key, "SHA512")
      expect(publish(client_of_issuer(issuer, issuer.good))).to eq({})
    end
  end

  describe "of a server" do
    it "are named in the error for a 1024-bit RSA key" do
      identity = certificates.good(key: keys.fetch("1024-bit RSA").call).weak
      expect_sentence(client_of_issuer(certificates, identity),
                      "certificate verify failed (the 1024-bit RSA key of the server's certificate is not supported; " \
                      "use RSA of 2048 to 8192 bits, #{supported})")
    end

    # The server refuses the handshake without sending its certificate.
    %w[P-521 brainpoolP256r1 Ed448 RSA-PSS].each do |key|
      it "are mentioned as a possible reason in the error for a #{key} key" do
        identity = certificates.good(key: keys.fetch(key).call).weak
        expect_sentence(client_of_issuer(certificates, identity),
                        "the server refused the TLS handshake (HandshakeFailure): no TLS version or algorithm in " \
                        "common, a key such as P-521 in its certificate (use RSA, #{supported}), or a client " \
                        "certificate that it requires")
      end
    end
  end

  describe "of a client certificate" do
    ["P-521", "brainpoolP256r1", "1024-bit RSA", "Ed448"].each do |key|
      it "are named in the error for a #{key} key" do
        own = certificates.good(key: keys.fetch(key).call)
        client = client_of_issuer(certificates, certificates.good)
        client.sync_http_client.ssl_config.client_cert = own.certificate
        client.sync_http_client.ssl_config.client_key = own.key
        expect_sentence(client, "unusable client certificate: its #{key} key is not supported; " \
                                "use RSA of 2048 to 4096 bits, #{supported}")
      end
    end
  end
end
