# frozen_string_literal: true

# Which failed requests are sent again. Without `retries`, none is.

require "openssl"
require "securerandom"

module Pusher
  class Client
    # Seconds within which a request is sent again.
    DEFAULT_RETRY_DEADLINE = 10
    # The length of a key that sockudo accepts.
    MAX_KEY_BYTES = 128
    private_constant :MAX_KEY_BYTES

    # @return [Boolean] whether requests are also sent again after failures after which their events may have been
    #   published: timeouts and resets after sending, and status 500, 502 and 504. Such an event can arrive twice.
    attr_reader :retry_ambiguous
    # @return [Numeric, nil] seconds within which a request is sent again (10 by default); nil for no limit
    attr_reader :retry_deadline
    # @return [Boolean] whether each event gets a unique `idempotency_key`, by which a server recognises an event that
    #   it has published. Requests whose events have keys are then also sent again after the failures of
    #   {#retry_ambiguous}. sockudo knows these keys. Pusher Channels does not document them.
    attr_reader :idempotency_key

    # @return [Integer] how often a failed request is sent again at most; 0 by default
    def retries = @retries || 0

    # Sends a request again that has certainly not been processed: there was no connection, the request was not read,
    # or the status is 429 or 503. Queries are also sent again after other failures that may be temporary.
    #
    # Each pause is random: up to 0.1 s the first time, and twice as much each time, up to 2 s. The time of a
    # `Retry-After` header is added. In a signal trap no request is sent again.
    #
    # @param number [Integer, nil] how often at most; 0 or nil for never
    # @raise [ArgumentError] for anything else
    def retries=(number)
      unless number.nil? || (number.is_a?(Integer) && !number.negative?)
        raise ArgumentError, "retries must be an Integer of 0 or more, got #{number.inspect}"
      end

      @retries = number || 0
    end

    # @param bool [Boolean] see {#retry_ambiguous}
    def retry_ambiguous=(bool)
      @retry_ambiguous = bool ? true : false
    end

    # @param seconds [Numeric, nil] see {#retry_deadline}
    # @raise [ArgumentError] unless it is a number of seconds or nil
    def retry_deadline=(seconds)
      unless seconds.nil? || (seconds.is_a?(Numeric) && seconds.real? && seconds >= 0)
        raise ArgumentError, "retry_deadline must be a number of seconds, or nil, got #{seconds.inspect}"
      end

      @retry_deadline = seconds
    end

    # @param bool [Boolean] see {#idempotency_key}
    def idempotency_key=(bool)
      @idempotency_key = bool ? true : false
    end

    private

    def configure_retries(options)
      self.retries = options[:retries]
      self.retry_ambiguous = options[:retry_ambiguous]
      self.retry_deadline = option(options, :retry_deadline) { DEFAULT_RETRY_DEADLINE }
      self.idempotency_key = options[:idempotency_key]
    end

    # @param event [#key?, #except, #merge] not modified
    # @return [#merge] with a new key, unless it has one other than nil
    def with_key(event)
      return event if member(event, :idempotency_key)

      event.except("idempotency_key").merge(idempotency_key: SecureRandom.uuid)
    end

    # @return [String] the key of an event on one of its channels
    def key_on(channel, key)
      own = "#{key}-#{channel}"
      own.bytesize > MAX_KEY_BYTES ? OpenSSL::Digest.hexdigest("SHA256", own) : own
    end
  end
end
