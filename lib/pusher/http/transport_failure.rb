# frozen_string_literal: true

require "openssl"
require "socket"
require "timeout"
require_relative "../errors"

module Pusher
  module Internal
    module HTTP
      # Marks an error as a failure of the transport, or of a stand-in for it. {Request} wraps marked errors in an
      # {HTTPError}. Errors that other code raises in the thread have no mark.
      # @api private
      module TransportFailure
        # Errors that count as transport failures if a stand-in for the transport raises them.
        TYPES = [SystemCallError, ::SocketError, IOError, ::OpenSSL::SSL::SSLError, ::Timeout::Error].freeze
        # The same, below `HTTPClient`, if the application has loaded the httpclient gem.
        HTTPCLIENT_TYPES = %i[TimeoutError BadResponseError KeepAliveDisconnected].freeze
        # Failures after which a retry may succeed. After a rejected certificate or invalid HTTP it cannot.
        TRANSIENT = [
          ::Timeout::Error, ::SocketError, EOFError,
          Errno::ECONNREFUSED, Errno::ECONNRESET, Errno::ECONNABORTED, Errno::EPIPE, Errno::ETIMEDOUT,
          Errno::EHOSTUNREACH, Errno::EHOSTDOWN, Errno::ENETUNREACH, Errno::ENETDOWN, Errno::ENETRESET,
          Errno::EADDRNOTAVAIL, Errno::EMFILE, Errno::ENFILE, Errno::ENOBUFS
        ].freeze
        # Failures of a stand-in for the transport that mean that there was no connection, or no complete request.
        WITHOUT_REQUEST = [
          ConnectTimeoutError, SendTimeoutError, ::SocketError,
          Errno::ECONNREFUSED, Errno::EHOSTUNREACH, Errno::EHOSTDOWN, Errno::ENETUNREACH, Errno::ENETDOWN,
          Errno::EADDRNOTAVAIL, Errno::EMFILE, Errno::ENFILE
        ].freeze
        private_constant :TYPES, :HTTPCLIENT_TYPES, :TRANSIENT, :WITHOUT_REQUEST

        # @return [Integer] how often the request was sent
        attr_accessor :attempts

        # @return [Boolean, nil] whether the server certainly has not taken the request; nil if the transport does not
        #   know
        attr_accessor :is_not_taken

        class << self
          # @param error [Exception] not marked if it is frozen
          # @return [Exception] the same
          def mark(error, attempts = 1, is_not_taken = nil)
            return error if error.frozen?

            error.extend(self)
            error.attempts = attempts
            error.is_not_taken = is_not_taken
            error
          end

          # @return [Integer, nil] how often the failed request was sent; nil for an error without a mark
          def attempts(error)
            error.attempts if error.is_a?(self)
          end

          # @param error [StandardError] raised by `request` of the HTTP client
          # @param http [Object] the HTTP client
          # @return [Boolean] whether it is wrapped in an {HTTPError}
          def wrap?(error, http)
            return false if error.is_a?(Error)
            return true if error.is_a?(self)

            # A frozen error of a stub cannot be marked.
            (error.frozen? && Middleware.active?) || (!native?(http) && types.any? { |type| error.is_a?(type) })
          end

          # @param error [Exception, nil]
          # @return [Boolean] whether a retry may succeed
          def transient?(error)
            (TRANSIENT + httpclient_types(%i[TimeoutError KeepAliveDisconnected])).any? { |type| error.is_a?(type) }
          end

          # @param error [StandardError]
          # @return [Boolean] whether the server certainly has not taken the request
          def not_taken?(error)
            is_not_taken = error.is_not_taken if error.is_a?(self)
            is_not_taken.nil? ? WITHOUT_REQUEST.any? { |type| error.is_a?(type) } : is_not_taken
          end

          # @return [HTTPError]
          def wrapped(error)
            HTTPError.new("#{error.message} (#{error.class})").tap do |wrapper|
              wrapper.original_error = error
              wrapper.__send__(:note_attempts, attempts(error))
            end
          end

          private

          # Whether the HTTP client is ours and its `request` has not been replaced.
          def native?(http)
            http.is_a?(Client) && http.method(:request).owner.equal?(Client)
          end

          def types
            TYPES + httpclient_types(HTTPCLIENT_TYPES)
          end

          def httpclient_types(names)
            return [] unless defined?(::HTTPClient::TimeoutError)

            names.select { |name| ::HTTPClient.const_defined?(name) }.map { |name| ::HTTPClient.const_get(name) }
          end
        end
      end
    end
  end
end
