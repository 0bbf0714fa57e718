# frozen_string_literal: true

require "securerandom"
require_relative "errors"
require_relative "exclusion"

module Pusher
  module Internal
    # Collects events and sends several with one request: what {Client#batch} yields. It belongs to one thread.
    class Batch
      # How many events the service accepts in one request.
      SIZE = 10
      # Statuses of a request with an event that the service does not accept.
      REFUSED = [400, 413].freeze
      private_constant :REFUSED

      # @api private
      # @param client [Client]
      # @param size [Integer] how many events one request contains at most
      def initialize(client, size)
        unless size.is_a?(Integer) && size.positive?
          raise ArgumentError, "the size of a batch must be a positive Integer, got #{size.inspect}"
        end

        @client = client
        @size = size
        @waiting, @refused, @in_flight, @sent, @failed, @attributes = Array.new(6) { [] }
        @doubtful = {}.compare_by_identity
      end

      # Adds an event, and sends a request if enough events are together. An invalid event raises here, and is not
      # added.
      #
      # @param channels [String, Symbol, Array<String>] any number
      # @param event_name [String]
      # @param data [Object] a String is sent unchanged, anything else as JSON
      # @param params [Hash] as for {Client#trigger}
      # @return [nil]
      # @raise [Pusher::Error] for an invalid channel name, for data that cannot be encoded, and after the end of the
      #   block
      # @raise [PayloadTooLargeError] for more data than `max_event_bytes`
      # @raise [ConfigurationError] if a channel is encrypted and the master key is missing
      # @raise [BatchError] if a request failed, so that nothing more is sent
      def trigger(channels, event_name, data, params = {})
        check_open
        @client.__send__(:events_for_batch, channels, event_name, data, params).each do |event, is_doubtful|
          @waiting << event
          @doubtful[event] = true if is_doubtful
        end
        send_while { @waiting.size >= @size }
        nil
      end

      # @api private
      # @return [Array<Hash>] the attributes of each event
      def collect
        yield self
        check_complete
        send_while { @waiting.any? }
        raise_failures unless @failed.empty?
        @attributes
      ensure
        @is_closed = true
        log_failures unless @is_reported
      end

      # @return [String] without the events
      def inspect
        "#<#{self.class} #{@sent.size} events sent>"
      end

      private

      def check_open
        raise Error, "the batch has ended: trigger events inside its block" if @is_closed
        raise Error, "the batch has stopped, because a request failed" if @is_stopped
        raise Error, "the batch is sending a request, or was interrupted while it did so" if @in_flight.any?
      end

      # The block may have rescued the error that stopped the batch, or have caught an interrupt.
      def check_complete
        stop(Error.new("the request was interrupted")) if @in_flight.any?
        raise_failures if @is_stopped
      end

      def send_while
        send_request(next_events) while @refused.any? || yield
      end

      # An event that the service may refuse goes alone.
      def next_events
        return @refused.shift(1) if @refused.any?

        number = @waiting.first(@size).index { |event| @doubtful.key?(event) } || @size
        @waiting.shift([number, 1].max)
      end

      # Calls the public method, which applications and tests may replace. The events have their socket ids already.
      def send_request(events)
        @in_flight = events
        add_sent(EXCLUSION.without { @client.trigger_batch(events) })
      rescue Error => e
        REFUSED.include?(e.status) ? refuse(e) : stop(e)
      end

      def add_sent(reply)
        attributes = reply.is_a?(Hash) ? Array(reply[:batch]) : []
        @attributes.concat(@in_flight.each_index.map { |index| attributes[index] || {} })
        @sent.concat(@in_flight)
        @in_flight = []
      end

      def refuse(error)
        @in_flight.one? ? add_failed(error) : @refused = @in_flight.map { |event| with_new_key(event) }
        @in_flight = []
      end

      # A server may take an event for published if it has the key of one that was refused.
      def with_new_key(event)
        return event unless event.key?(:idempotency_key) || event.key?("idempotency_key")

        event.except("idempotency_key").merge(idempotency_key: SecureRandom.uuid)
      end

      def stop(error)
        add_failed(error)
        @in_flight = []
        @is_stopped = true
        raise_failures(error)
      end

      def add_failed(error)
        @failed.concat(@in_flight.map { |event| BatchError::Failure.new(event, error) })
      end

      def raise_failures(cause = @failed.last.error)
        @is_reported = true
        raise BatchError.new(cause, sent: @sent, failed: @failed, unsent: @refused + @waiting), cause:
      end

      # An exception of the block hides events that have failed alone.
      def log_failures
        @failed.each do |event, error|
          Pusher.logger.error("an event of a batch failed: #{event[:name].inspect} on #{event[:channel]}: " \
                              "#{error.message} (#{error.class})")
        end
      end
    end
  end
end
