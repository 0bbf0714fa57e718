# frozen_string_literal: true

require "spec_helper"
require "tempfile"
require "tmpdir"

# Edge cases. spec/compatibility/requests/certificates_spec.rb describes the usual ones.
RSpec.describe "The http client's ssl_config" do
  let(:secure) { start_endpoint(tls: certificates.good) }
  let(:client) { Pusher::Client.new(secure.client_options) }
  let(:http) { client.sync_http_client }

  it "is the same object every time" do
    expect(http.ssl_config).to equal(http.ssl_config)
    expect(http.ssl_config.cert_store).to equal(http.ssl_config.cert_store)
  end

  it "is copied with the client and with the http client" do
    http.ssl_config.verify_mode = OpenSSL::SSL::VERIFY_NONE
    http.receive_timeout = 7
    copies = [client.dup.sync_http_client, http.dup, http.dup.dup]
    http.ssl_config.verify_mode = OpenSSL::SSL::VERIFY_PEER
    copies.each do |copy|
      expect(copy.ssl_config.verify_mode).to eq(OpenSSL::SSL::VERIFY_NONE)
      expect(copy.receive_timeout).to eq(7)
      expect(copy.request(:get, client.url("/channels")).status).to be_between(400, 401)
    end
    expect { http.request(:get, client.url("/channels")) }.to raise_error(OpenSSL::SSL::SSLError)
  end

  it "refuses a folder without certificates, and keeps the trusted ones" do
    Dir.mktmpdir do |folder|
      File.write(File.join(folder, "README"), "nothing")
      http.ssl_config.add_trust_ca(certificates.pem_file)
      %i[add_trust_ca set_trust_ca].each do |knob|
        expect { http.ssl_config.public_send(knob, folder) }.to raise_error(ArgumentError, /#{Regexp.escape(folder)}/)
      end
      expect(client.trigger("news", "event", "data")).to eq({})
    end
  end

  {
    "that is empty" => ["", "no certificate in PEM form found"],
    "in DER form" => ["\x30\x82", "no certificate in PEM form found"],
    "that was cut off" => ["-----BEGIN CERTIFICATE-----\nAAAA\n", "a certificate has no END line"],
    "with a broken first line" => ["-----BEGIN CERTIFICATE\nAAAA\n", "a BEGIN line is malformed"],
    "with something else as a certificate" =>
      ["-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "a certificate cannot be parsed"]
  }.each do |what, (content, reason)|
    it "refuses a file #{what} when it is added, and says why" do
      Tempfile.create do |file|
        File.binwrite(file.path, content)
        %i[add_trust_ca set_trust_ca].each do |knob|
          expect { http.ssl_config.public_send(knob, file.path) }
            .to raise_error(ArgumentError, "no certificates in #{file.path}: #{reason}")
        end
      end
    end
  end

  it "ignores other files and folders in a folder of certificates" do
    Dir.mktmpdir do |folder|
      File.write(File.join(folder, "README"), "nothing")
      File.write(File.join(folder, "broken.pem"), "-----BEGIN CERTIFICATE-----\n!")
      Dir.mkdir(File.join(folder, "more"))
      File.write(File.join(folder, "authority.crt"), certificates.authority.to_pem)
      http.ssl_config.cert_store.add_path(folder)
      expect(client.trigger("news", "event", "data")).to eq({})
    end
  end

  it "has no client certificate while there is only a key, or only a certificate" do
    identity = certificates.good
    allow(http).to receive(:native_identify)
    http.ssl_config.client_key = identity.key
    expect(http).to have_received(:native_identify).with([], nil)
    http.ssl_config.client_key = nil
    http.ssl_config.client_cert = identity.certificate
    expect(http).to have_received(:native_identify).with([identity.certificate.to_der], nil)
  end

  it "trusts each authority that is added" do
    Dir.mktmpdir do |folder|
      other = File.join(folder, "other.pem")
      File.write(other, certificates.self_signed.certificate.to_pem)
      [certificates.pem_file, other].each { |path| http.ssl_config.add_trust_ca(path) }
      expect(client.trigger("news", "event", "data")).to eq({})
    end
  end

  describe "for a server that asks for a certificate" do
    let(:identity) { certificates.good }
    let(:secure) { start_endpoint(tls: certificates.good.asking(certificates.authority)) }

    before { http.ssl_config.add_trust_ca(certificates.pem_file) }

    def file(folder, name, text)
      File.join(folder, name).tap { |path| File.write(path, text) }
    end

    it "accepts a key with a password" do
      Dir.mktmpdir do |folder|
        cert = file(folder, "cert", identity.certificate.to_pem)
        key = file(folder, "key", identity.key.private_to_pem("aes-256-cbc", "hush"))
        [nil, "wrong"].each do |password|
          expect { http.ssl_config.set_client_cert_file(cert, key, password) }.to raise_error(OpenSSL::OpenSSLError)
        end
        http.ssl_config.set_client_cert_file(cert, key, "hush")
        expect(client.trigger("news", "event", "data")).to eq({})
        expect(http.ssl_config.client_cert).to eq(identity.certificate.to_pem)
        expect(http.ssl_config.client_key.to_pem).to eq(identity.key.to_pem)
      end
    end

    it "accepts certificate and key in PEM form, in any order, and copies them with the client" do
      http.ssl_config.client_key = identity.key.to_pem
      http.ssl_config.client_cert = identity.certificate.to_pem
      copy = client.dup
      http.ssl_config.client_cert = nil
      expect(copy.trigger("news", "event", "data")).to eq({})
      expect(copy.sync_http_client.ssl_config)
        .to have_attributes(client_key: identity.key.to_pem, client_cert: identity.certificate.to_pem)
      expect { client.trigger("news", "event", "data") }.to raise_error(Pusher::HTTPError)
    end

    it "keeps certificate and key when other ones are refused" do
      http.ssl_config.client_key = identity.key
      http.ssl_config.client_cert = identity.certificate
      expect { http.ssl_config.client_cert = "no certificate" }.to raise_error(OpenSSL::OpenSSLError)
      expect { http.ssl_config.client_key = "no key" }.to raise_error(OpenSSL::OpenSSLError)
      expect(http.ssl_config).to have_attributes(client_cert: identity.certificate, client_key: identity.key)
      expect(client.trigger("news", "event", "data")).to eq({})
    end

    it "shows the certificates of the issuers, too" do
      allow(http).to receive(:native_identify)
      http.ssl_config.client_cert = identity.certificate.to_pem + certificates.authority.to_pem
      expect(http).to have_received(:native_identify)
        .with([identity.certificate.to_der, certificates.authority.to_der], nil)
    end

    # OpenSSL asks on the terminal where there is no password.
    it "reads a key with an empty password unless there is another one" do
      allow(OpenSSL::PKey).to receive(:read).and_call_original
      http.ssl_config.client_key = identity.key.to_pem
      expect(OpenSSL::PKey).to have_received(:read).with(identity.key.to_pem, "")
    end

    it "raises an HTTPError that names the client certificate if the key belongs to another one" do
      http.ssl_config.client_cert = identity.certificate
      http.ssl_config.client_key = certificates.good.key
      expect { client.trigger("news", "event", "data") }.to raise_error(Pusher::HTTPError, /client certificate/)
    end

    it "is named as a possible reason where there is none" do
      expect { client.trigger("news", "event", "data") }.to raise_error(Pusher::HTTPError, /client certificate that it/)
    end

    { "an Integer" => 5, "an Array" => [] }.each do |what, given|
      it "is refused with its type: #{what}" do
        type = given.class
        expect { http.ssl_config.client_cert = given }
          .to raise_error(TypeError, /\Aa client certificate is .*, not an object of #{type}\z/)
        expect { http.ssl_config.client_key = given }
          .to raise_error(TypeError, /\Aa client key is .*, not an object of #{type}\z/)
      end
    end

    it "is refused with a reason where the key is a public one, or needs another password" do
      public_key = identity.key.public_to_pem
      [public_key, OpenSSL::PKey.read(public_key)].each do |key|
        expect { http.ssl_config.client_key = key }
          .to raise_error(OpenSSL::PKey::PKeyError, "the client key is a public key")
      end
      expect { http.ssl_config.client_key = identity.key.private_to_pem("aes-256-cbc", "hush") }
        .to raise_error(OpenSSL::PKey::PKeyError, /\Athe client key cannot be read: .* its password/)
    end

    it "does not show the key in inspect" do
      http.ssl_config.client_key = identity.key.to_pem
      expect(http.ssl_config.inspect + http.ssl_config.cert_store.inspect).not_to include("PRIVATE")
    end
  end
end
