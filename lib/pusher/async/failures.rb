# frozen_string_literal: true

require_relative "crew"

module Pusher
  class Async
    # Tells of requests that failed and whose result nobody has asked for: to the application's handler, else to the
    # log. Whoever holds a request has a moment to ask.
    # @api private
    class Failures
      # Seconds from a failure until it is told.
      GRACE = 1

      def initialize
        @untold = {}.compare_by_identity
        @due = Thread::Queue.new
        @crew = Crew.new("pusher-async-failures", 1) { work }
      end

      # @param job [Job] that has failed
      def add(job)
        @untold[job] = true
        @due.push([now + GRACE, job])
        @crew.add
      end

      # Tells of all there are, at once.
      #
      # @return [Array<Job>] those told of
      def tell_all
        @untold.keys.select { |job| tell(job) }
      end

      # @param job [Job]
      # @param error [Exception] what it failed with
      def self.report(job, error)
        handler = Async.on_error
        return Pusher.logger.error("#{error.message} (#{error.class})") unless handler

        handler.call(error, job.facts)
      rescue StandardError => e
        Pusher.logger.error("on_async_error failed: #{e.message} (#{e.class})")
      end

      private

      def now = Process.clock_gettime(Process::CLOCK_MONOTONIC)

      # Only one of those who call takes a job out.
      def tell(job)
        return false if !@untold.delete(job) || job.asked_for?

        Failures.report(job, job.error)
        true
      end

      def work
        loop do
          due, job = @due.pop
          left = due - now
          sleep(left) if left.positive?
          tell(job)
        end
      end
    end
  end
end
