# frozen_string_literal: true

require_relative "worker_threads"
require_relative "failure_reporter"

module Pusher
  module Internal
    class Async
      # Holds failed jobs back for a moment, in which callers may ask for their errors, and then reports them.
      # @api private
      class UnreportedFailures
        # Seconds between a failure and its report.
        GRACE = 1

        def initialize
          @unreported = {}.compare_by_identity
          # One queue for each report in progress; it is closed when the report is complete.
          @reports = {}.compare_by_identity
          @due = Thread::Queue.new
          @workers = WorkerThreads.new("pusher-async-failures", 1) { work }
        end

        # @param job [Job] that has failed
        def add(job)
          @unreported[job] = true
          @due.push([now + GRACE, job])
          # A process that exits kills its threads, but would wait for one that starts meanwhile.
          @workers.add unless Thread.current.status == "aborting"
        end

        # Reports all failures now. In a signal trap a logger may not write, so there it only looks, and the thread
        # reports.
        #
        # @return [Boolean] whether there were any
        def report_all
          return @unreported.keys.any? { |job| !job.failure_handled? } if HelperThread.trap?

          @unreported.keys.count { |job| report(job) }.positive?
        end

        # Waits until the reports in progress are complete.
        #
        # @param seconds [Numeric, nil] timeout
        def wait_for_reports(seconds)
          reports = @reports.keys
          HelperThread.run(seconds) { reports.each(&:pop) } unless reports.empty?
        end

        private

        def now = Process.clock_gettime(Process::CLOCK_MONOTONIC)

        # Several threads may call this for the same job; Hash#delete lets one of them report it.
        #
        # @return [Boolean] whether it was reported
        def report(job)
          return false if !@unreported.delete(job) || job.failure_handled?

          make_report(job)
          true
        end

        def make_report(job)
          @reports[complete = Thread::Queue.new] = true
          FailureReporter.report(job, job.error)
        ensure
          complete.close
          @reports.delete(complete)
        end

        def work
          loop { report_when_due(*@due.pop) }
        end

        def report_when_due(due, job)
          left = due - now
          sleep(left) if left.positive?
          report(job)
        ensure
          # If this thread is killed, the next one reports the job.
          @due.push([due, job]) if @unreported.key?(job)
        end
      end
    end
  end
end
