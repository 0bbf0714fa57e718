# frozen_string_literal: true

require "openssl"
require "socket"
require "time"
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

  # The request did not get through, or its reply could not be read.
  class HTTPError < Error
    # @return [Exception, nil] the error of the transport
    attr_accessor :original_error
  end

  # No connection within the connect timeout: name resolution, TCP and TLS handshake together.
  class ConnectTimeoutError < Timeout::Error; end

  # The peer did not take the request within the send timeout.
  class SendTimeoutError < Timeout::Error; end

  # The reply was not complete within the receive timeout.
  class ReceiveTimeoutError < Timeout::Error; end

  # What came back is not HTTP, or more of it than is read.
  class ProtocolError < IOError; end

  # How the native part has errors raised that need Ruby's `raise`: those with a cause, and those with facts.
  # @api private
  module Failures
    # What a stand-in for the transport may raise to be taken for a failure of it.
    TRANSPORT_ERRORS = [
      SystemCallError, SocketError, IOError, OpenSSL::SSL::SSLError, Timeout::Error
    ].freeze

    module_function

    # @raise [Error] of the named class, with the facts of the reply
    def raise_for_reply(class_name, message, (status, body, reply), original)
      error = Pusher.const_get(class_name).new(original ? describe(original) : message)
      error.original_error = original if original
      error.instance_variable_set(:@status, status)
      error.instance_variable_set(:@body, body)
      error.instance_variable_set(:@retry_after, retry_after(reply))
      raise error, cause: original
    end

    # What the transport raised is wrapped. So is what stands in for the transport (a stub), where it is an error
    # a transport could raise. Anything else came from elsewhere and goes on as it is.
    def raise_for_transport(original, is_transports, is_native)
      is_stand_ins = !is_native && transport_errors.any? { |kind| original.is_a?(kind) }
      raise original unless is_transports || is_stand_ins || frozen_in_play?(original)

      error = HTTPError.new(describe(original))
      error.original_error = original
      raise error, cause: original
    end

    # An error that a stub raises is marked as the transport's; one that is frozen takes no mark.
    def frozen_in_play?(original)
      original.frozen? && original.is_a?(StandardError) && Seam.engaged?
    end

    # With those of the httpclient gem, where an application has it: it may stand behind `sync_http_client`, or a
    # double may raise them.
    #
    # @return [Array<Class>]
    def transport_errors
      return TRANSPORT_ERRORS unless defined?(::HTTPClient::TimeoutError)

      names = %i[TimeoutError BadResponseError KeepAliveDisconnected]
      TRANSPORT_ERRORS + names.filter_map { |name| ::HTTPClient.const_get(name) if ::HTTPClient.const_defined?(name) }
    end

    # Whether what was raised while data was encoded is no failure to encode it: a time limit around the call, or an
    # error of this library that an object of the application has raised.
    def passed_on?(original)
      original.is_a?(Timeout::Error) || original.is_a?(Error)
    end

    # @raise [Error] with the engine's error as its cause
    def raise_unencodable(original)
      raise original if passed_on?(original)

      raise Error, "could not be encoded as JSON: #{describe(original)}", cause: original
    end

    # @return [String] message and class
    def describe(original)
      "#{original.message} (#{original.class})"
    end

    # @return [Numeric, nil] seconds, from the header of a reply of any kind
    def retry_after(reply)
      headers = reply.respond_to?(:headers) ? reply.headers : nil
      return unless headers.respond_to?(:each_pair)

      _, value = headers.each_pair.find { |name, _| name.to_s.casecmp?("retry-after") }
      seconds(Array(value).first.to_s)
    end

    # @return [Numeric, nil] seconds, from a number of them or a date (RFC 9110, 10.2.3)
    def seconds(value)
      return Integer(value, 10) if value.match?(/\A\d{1,9}\z/)

      [Time.httpdate(value) - Time.now, 0].max
    rescue ArgumentError
      nil
    end
  end
  private_constant :Failures
end
