# frozen_string_literal: true

module Pusher
  class HttpClient
    # How the certificates of servers are verified, and which one of its own the client shows. All of it is in force
    # from the next request.
    class SSLConfig
      # @return [Integer] `OpenSSL::SSL::VERIFY_PEER` or `OpenSSL::SSL::VERIFY_NONE`
      attr_reader :verify_mode
      # @return [OpenSSL::X509::Certificate, String, nil] what servers that ask for a certificate are shown
      attr_reader :client_cert
      # @return [OpenSSL::PKey::PKey, String, nil] its key
      attr_reader :client_key

      # @api private
      def initialize(http_client, original = nil)
        @http_client = http_client
        @verify_mode = original ? original.verify_mode : OpenSSL::SSL::VERIFY_PEER
        @client_cert = original&.client_cert
        @client_key = original&.client_key
      end

      # @param mode [Integer] `OpenSSL::SSL::VERIFY_NONE` accepts any certificate, any other mode verifies
      def verify_mode=(mode)
        @verify_mode = mode
        @http_client.__send__(:verify_peer, mode != OpenSSL::SSL::VERIFY_NONE)
      end

      # Trusts the certificates in a file or a folder besides the system's.
      #
      # @param path [String] a file in PEM form, or a folder of such files, whatever their names
      # @raise [ArgumentError] where there is no certificate
      # @return [void]
      def add_trust_ca(path)
        @http_client.__send__(:trust, path, only: false)
      end

      # Trusts the certificates in a file or a folder, and no others.
      #
      # @param path [String] a file in PEM form, or a folder of such files, whatever their names
      # @raise [ArgumentError] where there is no certificate
      # @return [void]
      def set_trust_ca(path) # rubocop:disable Naming/AccessorMethodName -- the documented name
        @http_client.__send__(:trust, path, only: true)
      end

      # Trusts the system's certificates, besides those that were added.
      #
      # @return [void]
      def set_default_paths
        @http_client.__send__(:trust_the_system)
      end

      # Trusts no certificate any more: neither the system's nor those that were added.
      #
      # @return [void]
      def clear_cert_store
        @http_client.__send__(:trust_nobody)
      end

      # @return [CertStore] what is trusted, by the names of `OpenSSL::X509::Store`
      def cert_store
        @cert_store ||= CertStore.new(self)
      end

      # Shows the certificate in a file to servers that ask for one.
      #
      # @param cert_file [String] in PEM form: the certificate, and after it those of its issuers
      # @param key_file [String] its key in PEM form
      # @param password [String, nil] of the key
      # @raise [SystemCallError, OpenSSL::OpenSSLError] for files that cannot be read
      # @return [void]
      def set_client_cert_file(cert_file, key_file, password = nil)
        certificates = File.binread(cert_file)
        key = read_key(File.binread(key_file), password)
        identify(certificates, key)
        @client_cert = certificates
        @client_key = key
      end

      # @param certificate [OpenSSL::X509::Certificate, String, nil] itself or in PEM form; shown once it has a key
      # @raise [OpenSSL::OpenSSLError] for what is no certificate
      def client_cert=(certificate)
        identify(certificate, @client_key)
        @client_cert = certificate
      end

      # @param key [OpenSSL::PKey::PKey, String, nil] itself or in PEM form, without a password
      # @raise [OpenSSL::OpenSSLError] for what is no key
      def client_key=(key)
        identify(@client_cert, key)
        @client_key = key
      end

      # @return [String]
      def inspect
        "#<#{self.class}>"
      end

      private

      def identify(certificate, key)
        chain = certificate ? certificates(certificate).map(&:to_der) : []
        key &&= read_key(key).private_to_der
        @http_client.__send__(:identify, chain, (key if certificate))
      end

      def certificates(given)
        given.is_a?(String) ? OpenSSL::X509::Certificate.load(given) : [given]
      end

      # Without any password OpenSSL would ask for one on the terminal.
      def read_key(given, password = nil)
        given.is_a?(String) ? OpenSSL::PKey.read(given, password.to_s) : given
      end

      # What is trusted, by the names of `OpenSSL::X509::Store`.
      class CertStore
        # @api private
        def initialize(config)
          @config = config
        end

        # @return [void]
        # @see SSLConfig#set_default_paths
        def set_default_paths
          @config.set_default_paths
        end

        # @param path [String] a file in PEM form
        # @raise [ArgumentError] where there is no certificate
        # @return [void]
        def add_file(path)
          @config.add_trust_ca(path)
        end

        # @param path [String] a folder of files in PEM form, whatever their names
        # @raise [ArgumentError] where there is no certificate
        # @return [void]
        def add_path(path)
          @config.add_trust_ca(path)
        end
      end
    end
  end
end
