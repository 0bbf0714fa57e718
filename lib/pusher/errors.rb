# frozen_string_literal: true

require "timeout"

module Pusher
  # The superclass of all errors that this library raises. `docs/errors.md` describes what to do about each.
  #
  # @example
  #   begin
  #     pusher.trigger("my-channel", "my-event", { message: "hello" })
  #   rescue Pusher::Error => e
  #     warn "#{e.message} (status #{e.status.inspect})"
  #     warn "try again in #{e.retry_after || 1} s" if e.retriable?
  #   end
  class Error < RuntimeError
    # @return [Integer, nil] the HTTP status of the reply that caused the error
    attr_reader :status
    # @return [String, nil] the body of that reply
    attr_reader :body
    # @return [Float, Integer, nil] seconds to wait before a retry, from the `Retry-After` header of that reply
    attr_reader :retry_after
    # @return [Integer, nil] how often the request was sent; nil for an error that no request caused
    attr_reader :attempts

    # @param message [Object, nil] invalid bytes in a String are replaced, so that logs and JSON accept it
    def initialize(message = nil)
      super(message.is_a?(String) ? readable(message) : message)
    end

    # Whether a retry may succeed: after status 429 and 5xx, a failed or reset connection, or a timeout. The event may
    # have been published nevertheless, unless no connection was made.
    #
    # @return [Boolean]
    def retriable?
      return status == 429 || status.between?(500, 599) if status

      # The error that errbacks get on a reactor has the failure as its cause.
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

    def note_attempts(number)
      @attempts = number
    end
  end

  # The server rejected the key or the signature (status 401).
  #
  # @example
  #   begin
  #     pusher.channels
  #   rescue Pusher::AuthenticationError => e
  #     warn "the key, the secret or the cluster is wrong: #{e.message}"
  #   end
  class AuthenticationError < Error; end

  # A setting is missing or invalid.
  #
  # @example
  #   begin
  #     Pusher::Client.new.authenticate("private-my-channel", socket_id)
  #   rescue Pusher::ConfigurationError => e
  #     e.message # => "missing key `key' in the client configuration"
  #   end
  class ConfigurationError < Error
    # @param key [Symbol, String] the name of the setting
    # @param message [String] says what is wrong; by default that the setting is missing
    def initialize(key, message = "missing key `#{key}' in the client configuration")
      super(message)
    end
  end

  # An event or a batch is too large: for the service (status 413), or for `max_event_bytes`.
  #
  # @example
  #   pusher.max_event_bytes = 10_240
  #   begin
  #     pusher.trigger("my-channel", "my-event", "x" * 20_000)
  #   rescue Pusher::PayloadTooLargeError => e
  #     warn e.message
  #   end
  class PayloadTooLargeError < Error; end

  # Events of a {Client#batch} were not published. The status, the body and {#retriable?} are those of the error that
  # stopped the batch, or else of the last failed event.
  #
  # @example
  #   begin
  #     pusher.batch { |batch| batch.trigger(["channel-1", "channel-2"], "my-event", { message: "hello" }) }
  #   rescue Pusher::BatchError => e
  #     e.failed.each { |event, error| warn "#{event[:name]} on #{event[:channel]}: #{error.message}" }
  #   end
  class BatchError < Error
    # An event that was not published, as {Client#trigger_batch} accepts it, and the error that is the reason.
    Failure = Struct.new(:event, :error) do
      # Lets a block take both: `failed.each { |event, error| … }`.
      alias_method :to_ary, :to_a
    end

    # @return [Array<Hash>] the events that were published, as {Client#trigger_batch} accepts them
    attr_reader :sent
    # @return [Array<Failure>] the events that failed. After an {HTTPError}, the service may have published them.
    attr_reader :failed
    # @return [Array<Hash>] the events that were not sent because the batch stopped, as {Client#trigger_batch} accepts
    #   them
    attr_reader :unsent

    # @param cause [Error, String, nil] why the events were not published, or a message
    def initialize(cause = nil, sent: [], failed: [], unsent: [])
      @sent = sent
      @failed = failed
      @unsent = unsent
      is_error = cause.is_a?(Error)
      super(is_error ? "#{counts}: #{cause.message} (#{cause.class})" : cause)
      return unless is_error

      note_reply(cause.status, cause.body, cause.retry_after)
      note_attempts(cause.attempts)
    end

    private

    def counts
      published = "#{sent.size} #{sent.one? ? "event" : "events"} published"
      "#{published}, #{failed.size} failed#{", #{unsent.size} not sent" if unsent.any?}"
    end
  end

  # The request got no reply, or one that cannot be parsed.
  #
  # @example
  #   begin
  #     pusher.trigger("my-channel", "my-event", { message: "hello" })
  #   rescue Pusher::HTTPError => e
  #     warn "no reply: #{e.original_error.class}"
  #   end
  class HTTPError < Error
    # @return [Exception, nil] the error from the transport
    attr_accessor :original_error

    # @return [Boolean] see {Error#retriable?}
    def retriable?
      status ? super : Internal::HTTP::TransportFailure.transient?(original_error)
    end
  end

  # A timeout of a request: the superclass of {ConnectTimeoutError}, {SendTimeoutError} and {ReceiveTimeoutError}. It is
  # the `original_error` of an {HTTPError}.
  #
  # @example
  #   begin
  #     pusher.trigger("my-channel", "my-event", { message: "hello" })
  #   rescue Pusher::HTTPError => e
  #     warn "too slow" if e.original_error.is_a?(Pusher::TimeoutError)
  #   end
  class TimeoutError < ::Timeout::Error; end

  # Name resolution, TCP connect and TLS handshake together exceeded the connect timeout.
  class ConnectTimeoutError < TimeoutError; end

  # Sending the request exceeded the send timeout.
  class SendTimeoutError < TimeoutError; end

  # Receiving the complete reply exceeded the receive timeout.
  class ReceiveTimeoutError < TimeoutError; end

  # The reply is not valid HTTP, or is too large.
  class ProtocolError < IOError; end

  module Internal
    # Raises errors about data that cannot be encoded.
    # @api private
    module Failures
      module_function

      # Whether an error raised by the JSON engine has another origin: a timeout around the call, or an error of this
      # library that an object of the application raised.
      def passed_on?(original)
        original.is_a?(::Timeout::Error) || original.is_a?(Error)
      end

      # @raise [Error] with the error of the JSON engine as its cause
      def raise_unencodable(original)
        raise original if passed_on?(original)

        raise Error, "could not be encoded as JSON: #{original.message} (#{original.class})", cause: original
      end
    end
  end
end
