# frozen_string_literal: true

require "openssl"
require "tempfile"

module ChannelsApi
  # A certificate authority for one process, and the valid and invalid certificates that it signs.
  class Certificates
    DAY = 86_400
    # The certificate of a server, its key and the rest of the chain.
    Identity = Struct.new(:certificate, :key, :issuers, :version, :client_authority, :security_level,
                          keyword_init: true) do
      def context
        OpenSSL::SSL::SSLContext.new.tap do |context|
          context.security_level = security_level if security_level
          context.add_certificate(certificate, key, issuers)
          speak_only(version, context) if version
          ask_clients(context) if client_authority
        end
      end

      # The same for a server that asks clients for a certificate of this authority.
      def asking(client_authority)
        dup.tap { |identity| identity.client_authority = client_authority }
      end

      # The same for a server that supports one TLS version only, such as `"TLS1_2"`.
      def over(version)
        dup.tap { |identity| identity.version = version }
      end

      # The same, shown by a server that accepts weak algorithms.
      def weak
        dup.tap { |identity| identity.security_level = 0 }
      end

      private

      def ask_clients(context)
        context.verify_mode = OpenSSL::SSL::VERIFY_PEER | OpenSSL::SSL::VERIFY_FAIL_IF_NO_PEER_CERT
        context.cert_store = OpenSSL::X509::Store.new.tap { |store| store.add_cert(client_authority) }
        # In TLS 1.3 a client may send a request before the server refuses its certificate.
        context.max_version = OpenSSL::SSL::TLS1_2_VERSION
      end

      def speak_only(version, context)
        context.security_level = 0 # the old ones are not for sale any more above it
        context.min_version = context.max_version = version.to_sym
      end
    end

    attr_reader :authority

    # `digest` is for the certificates that it issues.
    def initialize(name: "Loopback test authority", key: OpenSSL::PKey::EC.generate("prime256v1"), digest: "SHA256")
      @key = key
      @digest = digest
      @authority = build(name, @key, extensions: authority_extensions)
      @authority.sign(@key, "SHA256")
      @files = []
    end

    # For 127.0.0.1, ::1 and localhost unless other names are given.
    def good(names: ["DNS:localhost", "IP:127.0.0.1", "IP:::1"], **options)
      issue(names:, **options)
    end

    def expired
      issue(from: -30 * DAY, till: -DAY)
    end

    def not_yet_valid
      issue(from: DAY, till: 30 * DAY)
    end

    def wrong_host
      issue(names: ["DNS:elsewhere.example"])
    end

    # With the host name in the subject only, not in subjectAltName.
    def common_name_only
      issue(common_name: "localhost", names: [])
    end

    def self_signed
      key = OpenSSL::PKey::EC.generate("prime256v1")
      certificate = build("Loopback, self-signed", key, extensions: names_extension(["DNS:localhost", "IP:127.0.0.1"]))
      Identity.new(certificate: certificate.sign(key, "SHA256"), key:, issuers: [])
    end

    # Signed by an unknown authority.
    def unknown_authority
      self.class.new(name: "Unknown authority").good
    end

    # The path of a PEM file with these certificates, by default that of the authority.
    def pem_file(*certificates)
      certificates = [authority] if certificates.empty?
      file = Tempfile.new(["certificates", ".pem"])
      file.write(certificates.map(&:to_pem).join)
      file.close
      @files << file
      file.path
    end

    private

    def issue(common_name: "loopback", names: ["DNS:localhost", "IP:127.0.0.1", "IP:::1"],
              key: OpenSSL::PKey::EC.generate("prime256v1"), **dates)
      extensions = server_extensions + names_extension(names)
      certificate = build(common_name, key, issuer: authority, extensions:, **dates)
      Identity.new(certificate: certificate.sign(@key, @digest), key:, issuers: [authority])
    end

    def build(common_name, key, extensions:, issuer: nil, from: -DAY, till: DAY) # rubocop:disable Metrics/ParameterLists
      certificate = OpenSSL::X509::Certificate.new
      certificate.version = 2
      certificate.serial = OpenSSL::BN.rand(64)
      certificate.subject = OpenSSL::X509::Name.new([["CN", common_name]])
      certificate.issuer = issuer ? issuer.subject : certificate.subject
      certificate.public_key = key
      certificate.not_before = now + from
      certificate.not_after = now + till
      extend_with(certificate, issuer || certificate, extensions)
    end

    def extend_with(certificate, issuer, extensions)
      factory = OpenSSL::X509::ExtensionFactory.new
      factory.subject_certificate = certificate
      factory.issuer_certificate = issuer
      extensions.each { |extension| certificate.add_extension(factory.create_extension(*extension)) }
      certificate
    end

    def authority_extensions
      [["basicConstraints", "CA:TRUE", true], ["keyUsage", "keyCertSign, cRLSign", true],
       %w[subjectKeyIdentifier hash]]
    end

    def server_extensions
      [["basicConstraints", "CA:FALSE", true], ["keyUsage", "digitalSignature", true],
       %w[extendedKeyUsage serverAuth,clientAuth], %w[subjectKeyIdentifier hash]]
    end

    def names_extension(names)
      names.empty? ? [] : [["subjectAltName", names.join(",")]]
    end

    # Not Time.now, which examples stub.
    def now
      Time.at(Process.clock_gettime(Process::CLOCK_REALTIME, :second))
    end
  end
end
