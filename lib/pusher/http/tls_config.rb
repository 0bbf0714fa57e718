# frozen_string_literal: true

require "openssl"

module Pusher
  module Internal
    module HTTP
      # Which server certificates are trusted, and the client certificate. Changes apply from the next request on.
      class TLSConfig
        # @return [Integer] `OpenSSL::SSL::VERIFY_PEER` or `OpenSSL::SSL::VERIFY_NONE`
        attr_reader :verify_mode
        # @return [OpenSSL::X509::Certificate, String, nil] the certificate for servers that ask for one
        attr_reader :client_cert
        # @return [OpenSSL::PKey::PKey, String, nil] its key
        attr_reader :client_key

        # @api private
        def initialize(http_client, settings = nil)
          @http_client = http_client
          @verify_mode, @client_cert, @client_key = settings || [::OpenSSL::SSL::VERIFY_PEER]
        end

        # @param mode [Integer] `OpenSSL::SSL::VERIFY_NONE` accepts any certificate, any other mode verifies
        def verify_mode=(mode)
          @verify_mode = mode
          @http_client.__send__(:native_verify, mode != ::OpenSSL::SSL::VERIFY_NONE)
        end

        # Trusts the certificates in a file or a folder, in addition to the system's.
        #
        # @param path [String] a PEM file, or a folder of PEM files with any names
        # @raise [ArgumentError] if there is no certificate
        # @return [void]
        def add_trust_ca(path)
          @http_client.__send__(:native_trust, path.to_s, false)
        end

        # Trusts the certificates in a file or a folder, and no others.
        #
        # @param path [String] a PEM file, or a folder of PEM files with any names
        # @raise [ArgumentError] if there is no certificate
        # @return [void]
        def set_trust_ca(path) # rubocop:disable Naming/AccessorMethodName -- the documented name
          @http_client.__send__(:native_trust, path.to_s, true)
        end

        # Trusts the system's certificates and those that were added.
        #
        # @return [void]
        def set_default_paths
          @http_client.__send__(:native_trust_system)
        end

        # Trusts no certificate: neither the system's nor those that were added before.
        #
        # @return [void]
        def clear_cert_store
          @http_client.__send__(:native_trust_none)
        end

        # @return [CertStore] the trusted certificates, with the method names of `OpenSSL::X509::Store`
        def cert_store
          @cert_store ||= CertStore.new(self)
        end

        # Sets the client certificate from files.
        #
        # @param cert_file [String] a PEM file: the certificate, followed by those of its issuers
        # @param key_file [String] a PEM file with its private key
        # @param password [String, nil] of the key
        # @raise [SystemCallError] for a file that cannot be read
        # @raise [OpenSSL::OpenSSLError] for a file that holds no certificate or key
        # @return [void]
        def set_client_cert_file(cert_file, key_file, password = nil)
          certificates = File.binread(cert_file)
          key = read_key(File.binread(key_file), password)
          identify(certificates, key)
          @client_cert = certificates
          @client_key = key
        end

        # @param certificate [OpenSSL::X509::Certificate, String, nil] an object or PEM; not used without a `client_key`
        # @raise [OpenSSL::OpenSSLError] for a String that is not a certificate
        # @raise [TypeError] for another object
        def client_cert=(certificate)
          identify(certificate, @client_key)
          @client_cert = certificate
        end

        # @param key [OpenSSL::PKey::PKey, String, nil] an object or PEM without a password
        # @raise [OpenSSL::OpenSSLError] for a String that is not a private key, or has a password
        # @raise [TypeError] for another object
        def client_key=(key)
          identify(@client_cert, key)
          @client_key = key
        end

        # @return [String]
        def inspect
          "#<#{self.class}>"
        end

        private

        # For the TLSConfig of a copy of the HTTP client.
        def settings = [verify_mode, client_cert, client_key].freeze

        def identify(certificate, key)
          chain = certificate ? certificates(certificate).map(&:to_der) : []
          key &&= private_key(key).private_to_der
          @http_client.__send__(:native_identify, chain, (key if certificate))
        end

        def certificates(given)
          return ::OpenSSL::X509::Certificate.load(given) if given.is_a?(String)
          return [given] if given.respond_to?(:to_der)

          raise TypeError, "a client certificate is an OpenSSL::X509::Certificate or PEM, not an object of " \
                           "#{given.class}"
        end

        def private_key(given)
          key = read_key(given)
          unless key.respond_to?(:private_to_der)
            raise TypeError, "a client key is an OpenSSL::PKey or PEM, not an object of #{given.class}"
          end

          # Not all kinds of keys have this method. OpenSSL's own error is "malloc failure".
          is_public = key.respond_to?(:private?) && !key.private?
          is_public ? raise(::OpenSSL::PKey::PKeyError, "the client key is a public key") : key
        end

        # Without a password argument OpenSSL would ask for one on the terminal.
        def read_key(given, password = nil)
          given.is_a?(String) ? ::OpenSSL::PKey.read(given, password.to_s) : given
        rescue ::OpenSSL::PKey::PKeyError => e
          raise e.class, "the client key cannot be read: it is not PEM, or its password is another one (#{e.message})"
        end

        # The trusted certificates, with the method names of `OpenSSL::X509::Store`.
        class CertStore
          # @api private
          def initialize(config)
            @config = config
          end

          # @return [void]
          # @see TLSConfig#set_default_paths
          def set_default_paths
            @config.set_default_paths
          end

          # @param path [String] a PEM file
          # @raise [ArgumentError] if there is no certificate
          # @return [void]
          def add_file(path)
            @config.add_trust_ca(path)
          end

          # @param path [String] a folder of PEM files with any names
          # @raise [ArgumentError] if there is no certificate
          # @return [void]
          def add_path(path)
            @config.add_trust_ca(path)
          end
        end
      end
    end
  end
end
