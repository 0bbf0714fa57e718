# frozen_string_literal: true

require_relative "worker_threads"
require_relative "failure_reporter"

module Pusher
  module Internal
    class Async
      # Requests that failed, until somebody is told. Whoever holds a request has a moment to ask for its error.
      # @api private
      class UnreportedFailures
        # Seconds from a failure until it is told.
        GRACE = 1

        def initialize
          @untold = {}.compare_by_identity
          # Each is closed when a report has been made.
          @reports = {}.compare_by_identity
          @due = Thread::Queue.new
          @workers = WorkerThreads.new("pusher-async-failures", 1) { work }
        end

        # @param job [Job] that has failed
        def add(job)
          @untold[job] = true
          @due.push([now + GRACE, job])
          # A process that ends kills its threads, and would wait for one that they start meanwhile.
          @workers.add unless Thread.current.status == "aborting"
        end

        # Tells of all there are, at once. In a signal trap, where a logger may not write, that is left to the thread.
        #
        # @return [Boolean] whether there was something to tell
        def tell_all
          return @untold.keys.any? { |job| !job.asked_for? } if HelperThread.trap?

          @untold.keys.count { |job| tell(job) }.positive?
        end

        # Waits for reports that others are making.
        #
        # @param seconds [Numeric, nil] how long
        def wait(seconds)
          reports = @reports.keys
          HelperThread.run(seconds) { reports.each(&:pop) } unless reports.empty?
        end

        private

        def now = Process.clock_gettime(Process::CLOCK_MONOTONIC)

        # Only one of those who call takes a job out.
        def tell(job)
          return false if !@untold.delete(job) || job.asked_for?

          report(job)
          true
        end

        def report(job)
          @reports[made = Thread::Queue.new] = true
          FailureReporter.failure(job, job.error)
        ensure
          made.close
          @reports.delete(made)
        end

        def work
          loop { tell_in_time(*@due.pop) }
        end

        def tell_in_time(due, job)
          left = due - now
          sleep(left) if left.positive?
          tell(job)
        ensure
          # This thread is killed: the next one goes on.
          @due.push([due, job]) if @untold.key?(job)
        end
      end
    end
  end
end
