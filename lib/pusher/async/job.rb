# frozen_string_literal: true

require_relative "helper_thread"
require_relative "async_reply"
require_relative "../errors"

module Pusher
  module Internal
    class Async
      # A request that is sent in the background, and what becomes of it.
      # @api private
      class Job
        # @return [Exception, nil] what the request failed with, once it has ended
        attr_reader :error

        # @param request [HTTP::OutgoingRequest] the request
        # @param work [#call] sends it and returns the reply
        # @yieldparam job [Job] once, when it has ended, before those who wait for it are told
        def initialize(request, work, &at_end)
          @request = request
          @work = work
          @at_end = at_end
          @process = Process.pid
          # Closed when the request has ended: unlike a condition variable, that can be awaited in a signal trap.
          @ended = Thread::Queue.new
          @is_asked_for = @is_given_up = false
        end

        # @return [Boolean] whether the request has ended, with a reply or without
        def finished? = @ended.closed?

        # @return [Boolean] whether somebody has asked for the reply, and so has seen the error, or will; or knows already
        def asked_for? = @is_asked_for || @is_given_up

        # @return [Boolean] whether the request has ended, and nobody is unaware of a failure
        def gone? = finished? && (asked_for? || error.nil?)

        # @return [Boolean] whether the caller may wait without keeping the request from being sent, and not in vain: a
        #   fiber goes on when its thread lets it
        def awaitable?
          return true unless @thread

          @thread.alive? && (!@thread.equal?(Thread.current) || !Fiber.current_scheduler.nil?)
        end

        # The thread of the fiber that sends the request, where one does.
        attr_writer :thread

        # @return [Hash] what may be told of the request
        def facts = @request.facts

        # Waits until the request has ended.
        #
        # @param limit [Numeric, nil] seconds to wait at most
        # @return [Boolean] whether it has
        # @raise [Pusher::Error] in a process forked from the one that accepted the request, and where the fiber that
        #   sends it could not go on meanwhile
        # @raise [ArgumentError] for what is no number of seconds
        def join(limit = nil)
          return true if finished?

          limit = Async.limit(:limit, limit)
          check_sender
          Async.current.hire
          limit ? HelperThread.run(limit) { @ended.pop } : @ended.pop
          finished?
        end

        # Waits for the reply.
        #
        # @return [AsyncReply]
        # @raise [Exception] what the request failed with
        def reply
          @is_asked_for = true
          join
          raise @error if @error

          @reply
        ensure
          # Who was interrupted in its wait has not heard.
          @is_asked_for = finished?
        end

        # Sends the request: called once, by a thread in the background.
        def perform
          @reply = AsyncReply.new(@work.call) unless finished?
        rescue Exception => e # rubocop:disable Lint/RescueException -- whoever asks for the reply gets it, whatever it is
          @error = e
        ensure
          finish
        end

        # The same, by a fiber. What ends a fiber is for that fiber alone.
        def perform_in_fiber
          @reply = AsyncReply.new(@work.call)
        rescue StandardError => e
          @error = e
        ensure
          finish
        end

        # Ends the request unsent, as far as it is: its caller knows.
        def withdraw
          give_up
          @error ||= Error.new("the request was withdrawn before it was queued")
          finish
        end

        # Has nobody told of the request's end: that it was given up is told.
        def give_up
          @is_given_up = true
        end

        # @return [String]
        def inspect
          "#<#{self.class} #{self}>"
        end

        # @return [String] without the query, which is signed
        def to_s
          "#{@request.verb} #{@request.path}#{" finished" if finished?}"
        end

        private

        def check_sender
          raise Error, "the request is for the process that this one was forked from" unless @process == Process.pid
          raise Error, "the fiber that sends the request cannot go on while this waits" unless awaitable?
        end

        # A thread that is killed gets here as well.
        def finish
          return if finished?

          @error ||= Error.new("the request was ended before its reply came") unless @reply
          @work = nil
          @at_end.call(self)
        ensure
          @ended.close
        end
      end
    end
  end
end
