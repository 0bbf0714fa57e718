# frozen_string_literal: true

module Pusher
  module Testing
    # One stretch of the test mode: what was recorded in it and what is prepared for it. It takes no locks, which could
    # not be had in signal handlers: what it does to its Arrays is never interrupted.
    # @api private
    class Scope
      # @return [Array<Request>]
      attr_reader :requests
      # @return [Scope, nil] the one in which it was opened
      attr_reader :outer

      # @param outer [Scope, nil]
      def initialize(outer = nil)
        @outer = outer
        @requests = []
        @failures = []
        @answers = []
        @holders = []
      end

      # The scope itself, where it is one of the test mode.
      def faking = self

      # Work that runs in a scope keeps it open.
      def hold
        @holders << true
        yield
      ensure
        @holders.pop
      end

      def open? = !@holders.empty?

      # @return [Array<Event>] those of requests that went well
      def events = requests.select(&:published?).flat_map(&:events)

      # @return [nil]
      def clear
        [@requests, @failures, @answers].each(&:clear)
        nil
      end

      # @param failure [Failure]
      # @return [Object, nil] the block's value
      def fail_with(failure)
        @failures << failure
        return unless block_given?

        begin
          yield
        ensure
          @failures.delete(failure)
        end
      end

      # @param answer [PreparedReply]
      # @return [nil]
      def answer(answer)
        @answers << answer
        nil
      end

      # In the place of the transport.
      #
      # @param exchange [Internal::HTTP::OutgoingRequest]
      # @yieldparam request [Request] as it ended
      # @return [Internal::HTTP::Reply]
      def take(exchange)
        request = Request.new(exchange)
        reply_to(request)
      ensure
        @requests << request if request
        yield request if request && block_given?
      end

      private

      def reply_to(request)
        status, body, headers = outcome(request)
        reply = Internal::HTTP::OutgoingRequest.reply(status, body, headers)
        request.answered(status)
        reply
      rescue StandardError => e
        request.failed(e)
        raise
      end

      def outcome(request)
        failure = @failures.find { |candidate| candidate.take?(request) }
        return failure.happen if failure

        answer = @answers.reverse.find { |candidate| candidate.for?(request) }
        return answer.give(request) if answer

        [200, IdleServer.reply(request), {}]
      end
    end
    private_constant :Scope
  end
end
