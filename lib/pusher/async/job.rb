# frozen_string_literal: true

require_relative "helper_thread"
require_relative "async_reply"
require_relative "publishing"
require_relative "../errors"

module Pusher
  module Internal
    class Async
      # A request in the background, and its outcome.
      # @api private
      class Job
        include Publishing

        # @return [Exception, nil] why the request failed, once it has finished
        attr_reader :error

        # @return [Thread] the thread of the fiber that sends the request, where a fiber does
        attr_writer :thread

        # @param request [HTTP::OutgoingRequest]
        # @param work [#call] sends it and returns the reply
        # @param publication [Publication, nil] its events, if it may be sent together with other requests
        # @param owner [#job_finished] called once, when the job has finished, before its waiters wake
        def initialize(request, work, publication, owner)
          @request = request
          @publication = publication
          @work = work
          @owner = owner
          @process = Process.pid
          # Closed when the job has finished. Unlike a condition variable, a queue can be waited for in a signal trap.
          @finished = Thread::Queue.new
          @is_reply_wanted = @is_abandoned = false
        end

        # @return [Boolean] whether the request has finished, with a reply or with an error
        def finished? = @finished.closed?

        # @return [Boolean] whether a failure needs no report: a caller of {#reply} gets it, or the job was abandoned
        def failure_handled? = @is_reply_wanted || @is_abandoned

        # @return [Boolean] whether the request has finished, and its failure, if any, has reached the application
        def reported? = finished? && (failure_handled? || error.nil?)

        # @return [Boolean] false where waiting would not end: the request's fiber runs on this thread, or its thread
        #   is dead
        def awaitable?
          return true unless @thread

          @thread.alive? && (!@thread.equal?(Thread.current) || !Fiber.current_scheduler.nil?)
        end

        # @return [Hash] what the application's failure handler gets
        def facts = @request.facts

        # Waits until the request has finished.
        #
        # @param limit [Numeric, nil] seconds to wait at most
        # @return [Boolean] whether it has finished
        # @raise [Pusher::Error] if it cannot finish: in a child of the process that accepted it, or where the fiber
        #   that sends it cannot run meanwhile
        # @raise [ArgumentError] if the limit is not a number of seconds
        def join(limit = nil)
          return true if finished?

          limit = Async.timeout(:limit, limit)
          check_sender
          Async.current.add_worker
          limit ? HelperThread.run(limit) { @finished.pop } : @finished.pop
          finished?
        end

        # Waits for the reply.
        #
        # @return [AsyncReply]
        # @raise [Exception] why the request failed
        def reply
          @is_reply_wanted = true
          join
          raise @error if @error

          @reply
        ensure
          # A caller that is interrupted while it waits has not seen the failure.
          @is_reply_wanted = finished?
        end

        # Sends the request. A thread calls this once.
        def perform
          @reply = AsyncReply.new(@work.call) unless finished?
        rescue Exception => e # rubocop:disable Lint/RescueException -- raised again by #reply
          @error = e
        ensure
          finish
        end

        # Sends the request. A fiber calls this once. Exceptions other than StandardError end the fiber; callers of
        # {#reply} do not get them.
        def perform_in_fiber
          @reply = AsyncReply.new(@work.call)
        rescue StandardError => e
          @error = e
        ensure
          finish
        end

        # Finishes the request with the outcome of a request that it shared.
        #
        # @param reply [HTTP::Reply, nil]
        # @param error [Exception, nil]
        def finish_with(reply: nil, error: nil)
          return if finished?

          @reply = AsyncReply.new(reply) if reply
          # Each caller raises an exception of its own.
          @error = error&.clone
        ensure
          finish
        end

        # Finishes a request that was not accepted: its caller gets an exception instead of the {AsyncRequest}.
        def cancel
          abandon
          @error ||= Error.new("the request was cancelled before it was queued")
          finish
        end

        # Wakes the waiters. Also runs when the thread is killed.
        def finish
          return if finished?

          @error ||= Error.new("the request was stopped before its reply arrived") unless @reply
          @request.release
          @owner.job_finished(self)
        ensure
          # Its results may be kept for long. They must not keep a client with open connections.
          @work = @owner = nil
          @finished.close
        end

        # Suppresses the report of a later failure, because the caller reports that the request was abandoned.
        def abandon
          @is_abandoned = true
        end

        # @return [String]
        def inspect
          "#<#{self.class} #{self}>"
        end

        # @return [String] without the query, which holds the signature
        def to_s
          "#{@request.verb} #{@request.path}#{" finished" if finished?}"
        end

        private

        def check_sender
          raise Error, "the request belongs to the parent process, which sends it" unless @process == Process.pid
          raise Error, "cannot wait here: the fiber that sends the request cannot run meanwhile" unless awaitable?
        end
      end
    end
  end
end
