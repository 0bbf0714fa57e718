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

      # Tells of all there are, at once. In a signal trap, where a logger may not write, that is left to the thread.
      #
      # @return [Boolean] whether there was something to tell
      def tell_all
        return @untold.keys.any? { |job| !job.asked_for? } if Aside.trap?

        @untold.keys.count { |job| tell(job) }.positive?
      end

      class << self
        # @param job [Job]
        # @param error [Exception] what it failed with
        def report(job, error)
          handler = Async.on_error
          handler ? hand_over(handler, job, error) : log("#{error.message} (#{error.class})")
        end

        # Nobody is there to whom a logger that fails could be reported but `$stderr`.
        def log(line)
          Pusher.logger.error(line)
        rescue StandardError => e
          warn("#{line}; it could not be logged: #{e.message} (#{e.class})")
        end

        private

        def hand_over(handler, job, error)
          handler.call(error, job.facts)
        rescue StandardError, ScriptError => e
          log("on_async_error failed: #{e.message} (#{e.class})")
        end
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
