# frozen_string_literal: true

require_relative "async/exit_hook"
require_relative "async/settings"
require_relative "async/unreported_failures"
require_relative "async/thread_pool"
require_relative "async/batching_pool"
require_relative "async/publication"
require_relative "async/failure_reporter"
require_relative "async/job"
require_relative "async/async_request"
require_relative "http/middleware"

module Pusher
  module Internal
    # The background requests of one process: it dispatches them, reports their failures, and waits for them at exit.
    #
    # All of it also works in a signal trap, where Ruby refuses to lock a Mutex. It relies on queues and on operations
    # that Ruby's global lock makes atomic. Only {WorkerThreads} has a lock, and works around it in a trap.
    # @api private
    class Async
      @threads = 10
      @queue_size = 10_000
      @exit_timeout = 10
      @batch_size = 1
      @batch_wait = 0.005
      @instances = []

      extend Settings

      class << self
        # The instance of this process: a forked child gets its own, and leaves the parent's requests to the parent.
        # Several threads may create one at the same time; all of them then use the first in the list.
        def current
          own || begin
            @instances.reject(&:here?).each { |foreign| @instances.delete(foreign) }
            @instances << new
            own
          end
        end

        private

        def own
          first = @instances.first
          first&.here? ? first : @instances.find(&:here?)
        end
      end

      def initialize
        @process = Process.pid
        @pending = {}.compare_by_identity
        @failures = UnreportedFailures.new
        @exit_hook = ExitHook.new(self)
        @pool = new_pool
      end

      # @return [Boolean] whether this instance belongs to the current process, not to its parent
      def here?
        @process == Process.pid
      end

      # Switches to a pool with the current settings; the old pool drains.
      def replace_pool
        old = @pool
        @pool = new_pool
        old.close
      end

      # Accepts a request. A fiber of the current scheduler sends it, or a thread of the pool.
      #
      # @param request [HTTP::OutgoingRequest]
      # @yieldreturn [HTTP::Reply]
      # @return [AsyncRequest]
      def accept(request, &work)
        job = make_job(request, work)
        add(job)
        dispatch(job)
        is_accepted = true
        AsyncRequest.new(job)
      ensure
        # The caller was interrupted while it waited for room in the queue, or no thread could be started.
        job.cancel unless is_accepted || job.nil?
      end

      # Adds a job that {#flush} and the exit hook wait for.
      #
      # @param job [Job, EventMachine::ReactorRequest]
      def add(job)
        @pending[job] = true
        @exit_hook.install
      end

      # Removes a job that has finished.
      def remove(job)
        @pending.delete(job)
      end

      # Called by a job, before it wakes its waiters: one of them may end the process.
      #
      # @param job [Job]
      def job_finished(job)
        handle_failure(job) if job.error && !job.failure_handled?
        remove(job)
      end

      # @param timeout [Numeric, nil] seconds to wait at most
      # @return [Boolean] whether all requests accepted so far have finished, without an unreported failure
      # @raise [ArgumentError] if the timeout is not a number of seconds
      def flush(timeout)
        jobs = @pending.keys
        wait_for(jobs.select(&:awaitable?), self.class.timeout(:timeout, timeout))
        has_unreported_failures = report_failures
        jobs.all?(&:reported?) && !has_unreported_failures
      end

      # @return [Array] the jobs that have not finished
      def pending = @pending.keys

      # Reports all unreported failures now.
      #
      # @return [Boolean] whether there were any
      def report_failures = @failures.report_all

      # Waits until failure reports that other threads have begun are complete.
      #
      # @param seconds [Numeric, nil]
      def wait_for_reports(seconds) = @failures.wait_for_reports(seconds)

      # Makes sure that a thread works on the queue: an application may have killed all of them.
      def add_worker
        @pool.add_worker
      end

      # @return [String]
      def inspect
        "#<#{self.class}>"
      end

      private

      def new_pool
        type = self.class.batching? ? BatchingPool : ThreadPool
        type.new(self.class.threads, self.class.queue_size, @exit_hook)
      end

      # A middleware that has captured a context expects the very request that it has seen.
      def make_job(request, work)
        captured = HTTP::Middleware.capture(work, request.client)
        publication = Publication.announced(request) if self.class.batching?
        job = Job.new(request, captured, publication, self)
        job.send_alone unless captured.equal?(work)
        job
      end

      def dispatch(job)
        return perform_at_exit(job) if @exit_hook.exiting?
        return perform_in_fiber(job) if Fiber.current_scheduler && job.channels.empty?

        queue(job)
      end

      # While the process exits, a request is sent before the call returns.
      def perform_at_exit(job)
        wait_for_earlier(job)
        raise Error, "the process is exiting and async_exit_timeout has passed" if @exit_hook.deadline_passed?

        job.perform
      end

      # Waits for the earlier events of the same channels. A thread of the pool would wait for itself.
      def wait_for_earlier(job)
        return if job.channels.empty? || @pool.worker?

        earlier = @pending.keys.grep(Job).select { |other| (other.channels & job.channels).any? }
        earlier.each { |other| other.join(@exit_hook.seconds_left) unless other.equal?(job) }
      end

      def perform_in_fiber(job)
        job.thread = Thread.current
        Fiber.schedule { job.perform_in_fiber }
      end

      # The pool may be replaced, and its queue closed, at any time.
      def queue(job)
        @pool.push(job)
      rescue ClosedQueueError
        retry
      end

      # While the process exits there is no later moment to report a failure.
      def handle_failure(job)
        @exit_hook.exiting? ? FailureReporter.report(job, job.error) : @failures.add(job)
      end

      def wait_for(jobs, timeout)
        return if jobs.empty?
        return jobs.each(&:join) unless timeout

        HelperThread.run(timeout) { jobs.each(&:join) }
      end
    end
  end
end
