# frozen_string_literal: true

require "spec_helper"
require "fileutils"
require "open3"
require "rbconfig"
require "tmpdir"
require_relative "support/attempts"

# Which servers a client trusts, and the errors for other servers.
RSpec.describe "Certificates" do
  include Attempts

  let(:server) { start_endpoint(tls: certificates.good) }
  let(:client) { Pusher::Client.new(timeout: 60, **server.client_options) }
  let(:ssl_config) { client.sync_http_client.ssl_config }

  def publish
    client.trigger("news", "event", "data")
  end

  def expect_refusal(tells)
    expect_transport_error(OpenSSL::SSL::SSLError, tells) { publish }
    expect(server.requests).to be_empty
  end

  def expect_published(times = 1)
    expect(publish).to eq({})
    expect(server.events.size).to eq(times)
  end

  describe "of a server that are refused, with nothing sent:" do
    {
      expired: "certificate has expired", not_yet_valid: "certificate is not yet valid",
      self_signed: "self-signed certificate", unknown_authority: "unable to get local issuer certificate",
      wrong_host: "hostname mismatch: the certificate is not for 127.0.0.1",
      common_name_only: "hostname mismatch: the certificate has no subjectAltName for 127.0.0.1"
    }.each do |kind, reason|
      describe "#{kind}:" do
        let(:server) { start_endpoint(tls: certificates.public_send(kind)) }

        it reason do
          trust(client)
          expect_refusal(/certificate verify failed \(#{Regexp.escape(reason)}/)
        end

        it "are accepted with VERIFY_NONE" do
          ssl_config.verify_mode = OpenSSL::SSL::VERIFY_NONE
          expect_published
        end
      end
    end

    it "are issued by an authority that neither the system nor the client trusts" do
      expect_refusal(/certificate verify failed \(unable to get local issuer certificate/)
    end

    it "are issued by another authority than that of set_trust_ca" do
      ssl_config.set_trust_ca(certificates.pem_file(ChannelsApi::Certificates.new.authority))
      expect_refusal(/certificate verify failed/)
    end

    it "are issued for another name of the same machine" do
      server = start_endpoint(tls: certificates.good(names: ["IP:127.0.0.1"]))
      client = client_of(server, host: "localhost")
      expect_transport_error(OpenSSL::SSL::SSLError, /hostname mismatch: .*localhost/) { client.post("/events") }
      client.host = "127.0.0.1"
      expect(client.trigger("news", "event", "data")).to eq({})
    end
  end

  describe "a private authority" do
    %i[add_trust_ca set_trust_ca].each do |knob|
      it "is trusted after #{knob}" do
        ssl_config.public_send(knob, certificates.pem_file)
        expect_published
      end

      it "can be one of several in the file for #{knob}" do
        others = Array.new(2) { |number| ChannelsApi::Certificates.new(name: "Other #{number}").authority }
        ssl_config.public_send(knob, certificates.pem_file(others.first, certificates.authority, others.last))
        expect_published
      end

      it "can be a self-signed server certificate for #{knob}" do
        identity = certificates.self_signed
        server = start_endpoint(tls: identity)
        client.port = server.port
        ssl_config.public_send(knob, certificates.pem_file(identity.certificate))
        publish
        expect(server.events.size).to eq(1)
      end

      it "is missing in the file for #{knob}: an ArgumentError" do
        ["/nowhere/at/all.pem", __FILE__].each do |path|
          expect { ssl_config.public_send(knob, path) }.to raise_error(ArgumentError, /no certificates in #{path}/)
        end
        expect_refusal(/certificate verify failed/)
      end
    end

    # Each example runs in a separate process.
    describe "in the environment" do
      def published_by_program(environment)
        program = "require 'pusher'; Pusher.timeout = 60; p Pusher.trigger('news', 'event', 'data')"
        Open3.capture2e({ "PUSHER_URL" => server.url, **environment }, RbConfig.ruby,
                        *$LOAD_PATH.flat_map { |folder| ["-I", folder] }, "-e", program)
      end

      it "is trusted in SSL_CERT_FILE" do
        output, status = published_by_program({ "SSL_CERT_FILE" => certificates.pem_file })
        expect([output, status.success?]).to eq(["{}\n", true])
        expect(server.events.size).to eq(1)
      end

      it "is trusted in SSL_CERT_DIR" do
        Dir.mktmpdir do |folder|
          # The name that `openssl rehash` gives it.
          name = format("%<hash>08x.0", hash: certificates.authority.subject.hash)
          FileUtils.cp(certificates.pem_file, File.join(folder, name))
          output, status = published_by_program({ "SSL_CERT_DIR" => folder })
          expect([output, status.success?]).to eq(["{}\n", true])
        end
      end

      %w[SSL_CERT_FILE SSL_CERT_DIR].each do |variable|
        it "raises an error with the name and the value of a #{variable} that cannot be read" do
          output, status = published_by_program({ variable => "/nowhere/at/all" })
          expect(output).to include("#{variable}=/nowhere/at/all cannot be read: No such file")
          expect(output).to include("(OpenSSL::SSL::SSLError) (Pusher::HTTPError)")
          expect(status.success?).to be(false)
          expect(server.requests).to be_empty
        end
      end

      it "is trusted in SSL_CERT_FILE if SSL_CERT_DIR is empty" do
        output, = published_by_program({ "SSL_CERT_FILE" => certificates.pem_file, "SSL_CERT_DIR" => "" })
        expect(output).to eq("{}\n")
      end

      it "is not trusted if no variable names it" do
        output, status = published_by_program({})
        expect(output).to match(/certificate verify failed .*\(OpenSSL::SSL::SSLError\) \(Pusher::HTTPError\)/)
        expect(status.success?).to be(false)
        expect(server.requests).to be_empty
      end
    end
  end

  describe "ssl_config" do
    it "applies from the next request on, also to open connections" do
      ssl_config.verify_mode = OpenSSL::SSL::VERIFY_NONE
      expect_published(1)
      ssl_config.verify_mode = OpenSSL::SSL::VERIFY_PEER
      expect_transport_error(OpenSSL::SSL::SSLError, /certificate verify failed/) { publish }
      trust(client)
      expect_published(2)
      ssl_config.set_trust_ca(certificates.pem_file(ChannelsApi::Certificates.new.authority))
      expect_transport_error(OpenSSL::SSL::SSLError, /certificate verify failed/) { publish }
      expect(server.events.size).to eq(2)
    end

    it "verifies with every mode except VERIFY_NONE" do
      [OpenSSL::SSL::VERIFY_PEER, OpenSSL::SSL::VERIFY_PEER | OpenSSL::SSL::VERIFY_FAIL_IF_NO_PEER_CERT].each do |mode|
        ssl_config.verify_mode = mode
        expect_refusal(/certificate verify failed/)
      end
    end

    it "belongs to one client" do
      ssl_config.verify_mode = OpenSSL::SSL::VERIFY_NONE
      other = Pusher::Client.new(server.client_options)
      expect_transport_error(OpenSSL::SSL::SSLError, /certificate verify failed/) { other.post("/events") }
      expect_published
    end
  end

  describe "over TLS versions:" do
    # OpenSSL's names of the versions.
    %w[TLS1_2 TLS1_3].each do |version|
      it "#{version} is supported" do
        server = start_endpoint(tls: certificates.good.over(version))
        client = client_of(server)
        2.times { expect(client.trigger("news", "event", "data")).to eq({}) }
        expect(server.requests.map(&:connection)).to eq([1, 1])
      end

      it "#{version} reports why a certificate is refused" do
        server = start_endpoint(tls: certificates.expired.over(version))
        expect_transport_error(OpenSSL::SSL::SSLError, /certificate has expired/) { client_of(server).post("/events") }
      end
    end

    it "TLS1_1 is not supported" do
      server = start_endpoint(tls: certificates.good.over("TLS1_1"))
      expect_transport_error(OpenSSL::SSL::SSLError, /ProtocolVersion|HandshakeFailure/) do
        client_of(server).post("/events")
      end
      expect(server.requests).to be_empty
    end
  end
end
