# frozen_string_literal: true

module Pusher
  module Testing
    # A failure on demand: a reply with another status, or none at all.
    # @api private
    class Failure
      def initialize(cause, times:, event:, channel:, body:, headers:) # rubocop:disable Metrics/ParameterLists
        check(cause)
        @cause = cause
        @pattern = Pattern.new(event) if event || channel
        @pattern.on([channel]) if channel
        @body = body.is_a?(Hash) ? Internal::Native.encode(body) : body
        @headers = headers
        # An Array, for what it does is never interrupted: a lock could not be taken in a signal handler.
        @left = Array.new(Count.number(times), true) if times
      end

      # Whether it is this failure's turn, which is used up by that.
      #
      # @param request [Request]
      def take?(request)
        concerns?(request) && (@left.nil? || !@left.pop.nil?)
      end

      # @return [Array(Integer, String, Hash)] a reply's status, body and headers
      # @raise [Exception] where there is no reply
      def happen
        return [@cause, @body || "Pusher::Testing.fail_with(#{@cause})", @headers] if @cause.is_a?(Integer)

        error = @cause.exception
        raise transports?(error) ? Internal::HTTP::OutgoingRequest.failure(error) : error
      end

      private

      # The library's own errors are what callers get; they never come from the transport.
      def transports?(error) = error.is_a?(StandardError) && !error.is_a?(Pusher::Error)

      def concerns?(request)
        return true unless @pattern

        request.events.grep(@pattern).any?
      end

      def check(cause)
        return if cause.is_a?(Exception) || (cause.is_a?(Class) && cause <= Exception)
        return if cause.is_a?(Integer) && cause.between?(100, 599) && ![200, 202].include?(cause)

        raise ArgumentError, "#{cause.inspect} is no failure: give the status of a refusal, or an exception"
      end
    end
    private_constant :Failure
  end
end
