# frozen_string_literal: true

require "compatibility_helper"
require "fileutils"
require "tmpdir"

RSpec.describe "A request over TLS", :socket do
  let(:client) { Pusher::Client.new(server.client_options) }
  let(:server) { start_endpoint(tls: certificates.good) }
  let(:ssl) { client.sync_http_client.ssl_config }

  def publish(client = self.client)
    client.trigger("news", "event", "data")
  end

  def expect_refused(client = self.client)
    expect { publish(client) }.to raise_error(StandardError)
    expect(server.events).to be_empty
  end

  it "refuses a server of an unknown authority" do
    expect_refused
  end

  it "raises an HTTPError for a refused certificate", :fix do
    expect { publish }.to raise_error(Pusher::HTTPError)
  end

  it "trusts an authority in a PEM file" do
    ssl.add_trust_ca(certificates.pem_file)
    expect(publish).to eq({})
  end

  it "trusts an authority set by set_trust_ca" do
    ssl.set_trust_ca(certificates.pem_file)
    expect(publish).to eq({})
  end

  it "trusts the authorities in a folder with OpenSSL's file names" do
    Dir.mktmpdir do |folder|
      name = format("%08x.0", certificates.authority.subject.hash & 0xffffffff)
      FileUtils.cp(certificates.pem_file, File.join(folder, name))
      ssl.add_trust_ca(folder)
      expect(publish).to eq({})
    end
  end

  it "trusts the authorities in a folder with any file names", :fix do
    Dir.mktmpdir do |folder|
      FileUtils.cp(certificates.pem_file, File.join(folder, "authority.pem"))
      ssl.add_trust_ca(folder)
      expect(publish).to eq({})
    end
  end

  it "accepts any certificate with VERIFY_NONE" do
    ssl.verify_mode = OpenSSL::SSL::VERIFY_NONE
    expect(publish).to eq({})
  end

  it "verifies certificates again with VERIFY_PEER" do
    ssl.verify_mode = OpenSSL::SSL::VERIFY_NONE
    ssl.verify_mode = OpenSSL::SSL::VERIFY_PEER
    expect_refused
  end

  { expired: "expired", not_yet_valid: "not valid yet", wrong_host: "for another host", self_signed: "self-signed" }
    .each do |kind, words|
    it "refuses a certificate that is #{words}" do
      server = start_endpoint(tls: certificates.public_send(kind))
      client = Pusher::Client.new(server.client_options)
      client.sync_http_client.ssl_config.add_trust_ca(certificates.pem_file)
      expect { publish(client) }.to raise_error(StandardError)
      expect(server.events).to be_empty
    end
  end

  it "trusts no authority after clear_cert_store" do
    ssl.add_trust_ca(certificates.pem_file)
    ssl.clear_cert_store
    expect_refused
  end

  it "trusts the authorities of the system after set_default_paths", :fix do
    ENV["SSL_CERT_FILE"] = certificates.pem_file
    ssl.clear_cert_store
    ssl.set_default_paths
    expect(publish).to eq({})
  end

  it "trusts the authorities that are added to cert_store" do
    ssl.cert_store.add_file(certificates.pem_file)
    expect(publish).to eq({})
  end

  it "trusts the authorities of SSL_CERT_FILE", :fix do
    ENV["SSL_CERT_FILE"] = certificates.pem_file
    expect(publish).to eq({})
  end

  it "raises an error that names an unreadable SSL_CERT_FILE", :fix do
    ENV["SSL_CERT_FILE"] = "/no/such/file.pem"
    expect { publish }.to raise_error(StandardError, %r{/no/such/file\.pem})
  end

  describe "to a server that requests a client certificate" do
    let(:identity) { certificates.good }
    let(:server) { start_endpoint(tls: certificates.good.asking(certificates.authority)) }

    before { ssl.add_trust_ca(certificates.pem_file) }

    it "is refused without one" do
      expect_refused
    end

    it "sends the certificate of set_client_cert_file" do
      key = Tempfile.new("key")
      key.write(identity.key.to_pem)
      key.close
      ssl.set_client_cert_file(certificates.pem_file(identity.certificate), key.path)
      expect(publish).to eq({})
    end

    it "sends the certificate of client_cert= and client_key=" do
      ssl.client_cert = identity.certificate
      ssl.client_key = identity.key
      expect(publish).to eq({})
    end
  end
end
