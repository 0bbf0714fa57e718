# frozen_string_literal: true

require "timeout"

module Pusher
  # The root of all errors that this library raises of its own accord.
  class Error < RuntimeError
    # @return [Integer, nil] the status of the reply that was the reason, if there was one
    attr_reader :status
    # @return [String, nil] the body of that reply
    attr_reader :body
    # @return [Float, Integer, nil] seconds after which to try again, from the reply's `Retry-After` header
    attr_reader :retry_after

    # @param message [Object, nil] a String that is not valid UTF-8 is made so: logs and JSON take it then
    def initialize(message = nil)
      super(message.is_a?(String) ? readable(message) : message)
    end

    # Whether trying again may help: after the statuses 429 and 5xx, and where the connection could not be made, was
    # reset, or took too long. An event may have been published all the same, unless no connection was made.
    #
    # @return [Boolean]
    def retriable?
      return status == 429 || status.between?(500, 599) if status

      # On a reactor, what the errbacks get has the failure as its cause.
      cause.is_a?(Error) && cause.retriable?
    end

    private

    def readable(text)
      return text if text.encoding == Encoding::UTF_8 && text.valid_encoding?
      return text.encode(Encoding::UTF_8, invalid: :replace, undef: :replace) unless binary?(text)

      text.dup.force_encoding(Encoding::UTF_8).scrub
    end

    def binary?(text) = [Encoding::UTF_8, Encoding::BINARY, Encoding::US_ASCII].include?(text.encoding)

    def note_reply(status, body, retry_after)
      @status = status
      @body = body
      @retry_after = retry_after
    end
  end

  # The server did not accept the signature or the key.
  class AuthenticationError < Error; end

  # A setting is missing, or is not what it should be.
  class ConfigurationError < Error
    # @param key [Symbol, String] the setting
    # @param message [String] what is wrong, where it is not just missing
    def initialize(key, message = "missing key `#{key}' in the client configuration")
      super(message)
    end
  end

  # An event, or a batch, is larger than the service takes (status 413).
  class PayloadTooLargeError < Error; end

  # The request did not get through, or its reply could not be read.
  class HTTPError < Error
    # @return [Exception, nil] the error of the transport
    attr_accessor :original_error

    # @return [Boolean] see {Error#retriable?}
    def retriable?
      status ? super : Internal::HTTP::TransportFailure.transient?(original_error)
    end
  end

  # One of the time limits of a request was reached: the root of the three that follow.
  class TimeoutError < ::Timeout::Error; end

  # No connection within the connect timeout: name resolution, TCP and TLS handshake together.
  class ConnectTimeoutError < TimeoutError; end

  # The peer did not take the request within the send timeout.
  class SendTimeoutError < TimeoutError; end

  # The reply was not complete within the receive timeout.
  class ReceiveTimeoutError < TimeoutError; end

  # What came back is not HTTP, or more of it than is read.
  class ProtocolError < IOError; end

  module Internal
    # How errors that need a cause are raised.
    # @api private
    module Failures
      module_function

      # Whether what was raised while data was encoded is no failure to encode it: a time limit around the call, or an
      # error of this library that an object of the application has raised.
      def passed_on?(original)
        original.is_a?(::Timeout::Error) || original.is_a?(Error)
      end

      # @raise [Error] with the engine's error as its cause
      def raise_unencodable(original)
        raise original if passed_on?(original)

        raise Error, "could not be encoded as JSON: #{original.message} (#{original.class})", cause: original
      end
    end
  end
end
