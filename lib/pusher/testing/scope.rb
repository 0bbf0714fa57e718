# frozen_string_literal: true

module Pusher
  module Testing
    # The recording of one `fake!`, with the failures and replies that are prepared for it. It uses Arrays without a
    # lock: a signal handler cannot take a lock, and Ruby does not switch threads inside these Array operations.
    # @api private
    class Scope
      # @return [Array<Request>]
      attr_reader :requests
      # @return [Scope, nil] the scope in which this one was opened
      attr_reader :outer

      # @param outer [Scope, nil]
      def initialize(outer = nil)
        @outer = outer
        @requests = []
        @failures = []
        @prepared_replies = []
        @uses = []
      end

      # @return [Boolean] whether requests in this scope stay in the process
      def faking? = true

      # Keeps the scope open during the block.
      def keep_open
        @uses << true
        yield
      ensure
        @uses.pop
      end

      def open? = !@uses.empty?

      # @return [Array<Event>] the events of successful requests
      def events = requests.select(&:published?).flat_map(&:events)

      # @return [nil]
      def clear
        [@requests, @failures, @prepared_replies].each(&:clear)
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

      # @param prepared_reply [PreparedReply]
      # @return [nil]
      def prepare_reply(prepared_reply)
        @prepared_replies << prepared_reply
        nil
      end

      # Replies to a request in place of the transport, and records it.
      #
      # @param outgoing_request [Internal::HTTP::OutgoingRequest]
      # @yieldparam request [Request] when it is complete
      # @return [Internal::HTTP::Reply]
      # @raise [Exception] for a prepared failure without a reply
      def perform(outgoing_request)
        request = Request.new(outgoing_request)
        reply_to(request)
      ensure
        @requests << request if request
        yield request if request && block_given?
      end

      private

      def reply_to(request)
        status, body, headers = reply_for(request)
        reply = Internal::HTTP::OutgoingRequest.reply(status, body, headers)
        request.replied(status)
        reply
      rescue StandardError => e
        request.failed(e)
        raise
      end

      def reply_for(request)
        failure = @failures.find { |candidate| candidate.consume(request) }
        return failure.reply if failure

        prepared_reply = @prepared_replies.reverse.find { |candidate| candidate.matches?(request) }
        return prepared_reply.reply_to(request) if prepared_reply

        [200, DefaultReplies.body_for(request), {}]
      end
    end
    private_constant :Scope
  end
end
