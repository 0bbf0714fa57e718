# frozen_string_literal: true

require_relative "failure_reporter"

module Pusher
  module Internal
    class Async
      # Waits at exit for the requests in the background, for {Pusher.async_exit_timeout} seconds at most.
      # @api private
      class ExitHook
        # How many seconds after at_exit we still treat the process as exiting. Not longer, because some applications
        # do their work in an exit handler.
        GRACE = 1

        # @param async [Async] whose jobs it waits for
        def initialize(async)
          @async = async
        end

        # Registers the at_exit handler, once. Two threads may register two at the same time; the second then finds no
        # jobs. While the process exits, requests are sent at once, so none is needed.
        def install
          return if @is_installed || exiting?

          at_exit { run if @async.here? }
          @is_installed = true
        end

        # While Ruby kills the threads of an exiting process, it waits for threads that are started meanwhile.
        #
        # @return [Boolean] true from the first run of the handler on
        def started? = @is_started

        # @return [Boolean] whether the handler runs, or ran a moment ago: nothing will wait for new requests
        def exiting?
          @is_running || (!@finished_at.nil? && now - @finished_at < GRACE)
        end

        # @return [Boolean] whether the process is exiting and its deadline has passed. It still holds for the exit
        #   handlers that run after ours, on the main thread.
        def deadline_passed?
          exiting? && !@deadline.nil? && seconds_left.zero? && (@is_running || Thread.current.equal?(Thread.main))
        end

        # @return [Numeric, nil] until the deadline of the exit; nil for no limit
        def seconds_left
          [@deadline - now, 0].max if @deadline
        end

        private

        def now = Process.clock_gettime(Process::CLOCK_MONOTONIC)

        def run
          @is_installed = false
          @is_started = true
          timeout = Async.exit_timeout
          return @async.report_failures if timeout&.zero?

          @deadline = (now + timeout if timeout) unless exiting?
          @is_running = true
          wait
        end

        def wait
          jobs = @async.pending
          @async.flush(seconds_left)
          # Events of other threads, which wait for earlier events of their channels.
          jobs |= @async.pending.tap { @async.flush(seconds_left) } if Async.batching?
          @async.wait_for_reports(seconds_left)
        ensure
          # Also when a signal ends the wait.
          abandon(jobs.reject(&:finished?))
          @finished_at = now
          @is_running = false
        end

        def abandon(jobs)
          return if jobs.empty?

          jobs.each(&:abandon)
          report_abandoned(jobs)
        end

        def report_abandoned(jobs)
          error = Error.new("the process exited before the request finished")
          return jobs.each { |job| FailureReporter.report(job, error) } if Async.on_error

          FailureReporter.log("the process exited before #{jobs.size} background requests finished")
        end
      end
    end
  end
end
