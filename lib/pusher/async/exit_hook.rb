# frozen_string_literal: true

require_relative "failure_reporter"

module Pusher
  module Internal
    class Async
      # The end of the process, as far as requests in the background are concerned: they are waited for, within a limit.
      # @api private
      class ExitHook
        # Seconds after which a process that has come to its end has not.
        MOMENT = 1

        # @param async [Async] what is waited for
        def initialize(async)
          @async = async
        end

        # From now on the process does not end without what was accepted. Where two threads get here at once there are
        # two handlers, of which the second finds nothing to do. When the end has come, nothing is left to others.
        def watch
          return if @is_watched || come?

          at_exit { come if @async.here? }
          @is_watched = true
        end

        # @return [Boolean] whether the process has come to its end once. It kills its threads, and would wait for one
        #   that they start meanwhile.
        def begun? = @is_begun

        # @return [Boolean] whether nobody is left who would wait for others: the end has come, or is just over. Some
        #   applications live on after that, in an exit handler of their own.
        def come?
          @is_coming || (!@over_since.nil? && now - @over_since < MOMENT)
        end

        # @return [Boolean] whether it has come, and the time is up: for exit handlers that follow as well, which run on
        #   the main thread
        def time_up?
          come? && !@deadline.nil? && left.zero? && (@is_coming || Thread.current.equal?(Thread.main))
        end

        private

        def now = Process.clock_gettime(Process::CLOCK_MONOTONIC)

        def left
          [@deadline - now, 0].max if @deadline
        end

        def come
          @is_watched = false
          @is_begun = true
          limit = Async.exit_timeout
          return @async.tell_all if limit&.zero?

          @deadline = (now + limit if limit) unless come?
          @is_coming = true
          wait
        end

        def wait
          jobs = @async.pending
          @async.flush(left)
          @async.wait_for_reports(left)
        ensure
          # A signal may have ended the wait.
          give_up(jobs.reject(&:finished?))
          @over_since = now
          @is_coming = false
        end

        def give_up(jobs)
          return if jobs.empty?

          jobs.each(&:give_up)
          error = Error.new("given up at the end of the process")
          return jobs.each { |job| FailureReporter.failure(job, error) } if Async.on_error

          FailureReporter.line("#{error.message}: #{jobs.size} of the requests in the background")
        end
      end
    end
  end
end
