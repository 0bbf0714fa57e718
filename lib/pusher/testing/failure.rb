# frozen_string_literal: true

module Pusher
  module Testing
    # A failure prepared with `fail_with`: a reply with an error status, or an exception.
    # @api private
    class Failure
      def initialize(cause, times:, event:, channel:, body:, headers:) # rubocop:disable Metrics/ParameterLists
        check(cause)
        @cause = cause
        @pattern = Pattern.new(event) if event || channel
        @pattern.on([channel]) if channel
        @body = body.is_a?(Hash) ? Internal::Json.encode(body) : body
        @headers = headers
        # An Array, since `pop` needs no lock, and a signal handler cannot take one.
        @remaining = Array.new(Count.number(times), true) if times
      end

      # Uses up one of the remaining `times`, if the failure applies to the request.
      #
      # @param request [Request]
      # @return [Boolean] whether the request fails
      def consume(request)
        applies_to?(request) && (@remaining.nil? || !@remaining.pop.nil?)
      end

      # @return [Array(Integer, String, Hash)] the status, body and headers of the reply
      # @raise [Exception] the prepared exception
      def reply
        return [@cause, @body || "Pusher::Testing.fail_with(#{@cause})", @headers] if @cause.is_a?(Integer)

        error = @cause.exception
        raise transport_failure?(error) ? Internal::HTTP::OutgoingRequest.failure(error) : error
      end

      private

      # A Pusher::Error reaches the caller unchanged, because the transport never raises one.
      def transport_failure?(error) = error.is_a?(StandardError) && !error.is_a?(Pusher::Error)

      def applies_to?(request)
        return true unless @pattern

        request.events.grep(@pattern).any?
      end

      def check(cause)
        return if cause.is_a?(Exception) || (cause.is_a?(Class) && cause <= Exception)
        return if cause.is_a?(Integer) && cause.between?(100, 599) && ![200, 202].include?(cause)

        raise ArgumentError, "#{cause.inspect} is not a failure: pass an exception, or a status from 100 to 599 " \
                             "other than 200 and 202"
      end
    end
    private_constant :Failure
  end
end
