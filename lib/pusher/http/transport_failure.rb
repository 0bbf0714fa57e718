# frozen_string_literal: true

require "openssl"
require "socket"
require "timeout"
require_relative "../errors"

module Pusher
  module Internal
    module HTTP
      # Marks an error as a failure of the transport, or of what stands in for it. Such an error is wrapped in an
      # {HTTPError}; what other code raises into the thread is not.
      # @api private
      module TransportFailure
        # What a stand-in for the transport may raise to be taken for a failure of it.
        TYPES = [SystemCallError, ::SocketError, IOError, ::OpenSSL::SSL::SSLError, ::Timeout::Error].freeze
        # Those of the httpclient gem, where an application has it.
        HTTPCLIENT_TYPES = %i[TimeoutError BadResponseError KeepAliveDisconnected].freeze
        # What may be over when the request is tried again. A certificate that is refused, or what is no HTTP, is not.
        TRANSIENT = [
          ::Timeout::Error, ::SocketError, EOFError,
          Errno::ECONNREFUSED, Errno::ECONNRESET, Errno::ECONNABORTED, Errno::EPIPE, Errno::ETIMEDOUT,
          Errno::EHOSTUNREACH, Errno::EHOSTDOWN, Errno::ENETUNREACH, Errno::ENETDOWN, Errno::ENETRESET,
          Errno::EADDRNOTAVAIL, Errno::EMFILE, Errno::ENFILE, Errno::ENOBUFS
        ].freeze
        private_constant :TYPES, :HTTPCLIENT_TYPES, :TRANSIENT

        # @return [Integer] how often the request was sent
        attr_accessor :attempts

        class << self
          # @param error [Exception] one that is frozen takes no mark
          # @return [Exception] the same
          def mark(error, attempts = 1)
            return error if error.frozen?

            error.extend(self)
            error.attempts = attempts
            error
          end

          # @return [Integer, nil] how often the request was sent that failed with this error
          def attempts(error)
            error.attempts if error.is_a?(self)
          end

          # @param error [StandardError] what `request` of the http client raised
          # @param http [Object] the http client
          # @return [Boolean]
          def wrap?(error, http)
            return false if error.is_a?(Error)
            return true if error.is_a?(self)

            # A frozen error of a stub takes no mark.
            (error.frozen? && Middleware.active?) || (!native?(http) && types.any? { |type| error.is_a?(type) })
          end

          # @param error [Exception, nil]
          # @return [Boolean] whether it may be gone when the request is tried again
          def transient?(error)
            (TRANSIENT + httpclient_types(%i[TimeoutError KeepAliveDisconnected])).any? { |type| error.is_a?(type) }
          end

          # @return [HTTPError]
          def wrapped(error)
            HTTPError.new("#{error.message} (#{error.class})").tap { |wrapper| wrapper.original_error = error }
          end

          private

          # Whether the http client is ours, and nobody has redefined its `request`.
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
