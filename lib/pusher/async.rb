# frozen_string_literal: true

require_relative "async/exit_hook"
require_relative "async/unreported_failures"
require_relative "async/thread_pool"
require_relative "async/failure_reporter"
require_relative "async/job"
require_relative "async/async_request"
require_relative "http/middleware"

module Pusher
  module Internal
    # Requests in the background, as far as this process has accepted them: who sends them, and what becomes of them when
    # they fail, when the process ends, and when it is forked. All of it can be used in a signal trap, where no lock can
    # be taken: queues and what is atomic by itself keep the order, and only a {WorkerThreads} has a lock, and a way around it.
    # @api private
    class Async
      @threads = 10
      @queue_size = 10_000
      @exit_timeout = 10
      @instances = []

      class << self
        # @return [Integer] as {Pusher.async_threads}
        attr_reader :threads
        # @return [Integer] as {Pusher.async_queue_size}
        attr_reader :queue_size
        # @return [Numeric, nil] as {Pusher.async_exit_timeout}
        attr_reader :exit_timeout
        # @return [#call, nil] as {Pusher.on_async_error}
        attr_reader :on_error

        # The one of this process: what a parent has accepted, the parent sends. Where several threads make one at once,
        # the first to enter it wins.
        def current
          own || begin
            @instances.reject(&:here?).each { |foreign| @instances.delete(foreign) }
            @instances << new
            own
          end
        end

        def threads=(number)
          @threads = positive(:async_threads, number)
          current.replace_pool
        end

        def queue_size=(number)
          @queue_size = positive(:async_queue_size, number)
          current.replace_pool
        end

        def exit_timeout=(seconds)
          @exit_timeout = duration(:async_exit_timeout, seconds)
        end

        def on_error=(handler)
          unless handler.nil? || handler.respond_to?(:call)
            raise ArgumentError, "on_async_error must be callable, or nil, got #{handler.inspect}"
          end

          @on_error = handler
        end

        # @return [Numeric, nil] seconds to wait at most: what is left of a time that is up is negative
        # @raise [ArgumentError] for what is no number of seconds
        def limit(name, seconds)
          seconds = 0 if seconds.is_a?(Numeric) && seconds.real? && seconds.negative?
          duration(name, seconds)
        end

        private

        # @raise [ArgumentError] for what is no number of seconds
        def duration(name, seconds)
          return seconds if seconds.nil? || (seconds.is_a?(Numeric) && seconds.real? && seconds >= 0)

          raise ArgumentError, "#{name} must be a number of seconds, or nil, got #{seconds.inspect}"
        end

        def own
          @instances.find(&:here?)
        end

        def positive(name, number)
          return number if number.is_a?(Integer) && number.positive?

          raise ArgumentError, "#{name} must be a positive Integer, got #{number.inspect}"
        end
      end

      def initialize
        @process = Process.pid
        @pending = {}.compare_by_identity
        @failures = UnreportedFailures.new
        @exit_hook = ExitHook.new(self)
        @pool = new_pool
      end

      # @return [Boolean] whether this is the process that accepts them
      def here?
        @process == Process.pid
      end

      # From now on a pool with the settings of now is used; the old one sends what it has.
      def replace_pool
        old = @pool
        @pool = new_pool
        old.close
      end

      # Accepts a request: a fiber of the current scheduler sends it, or a thread of the pool.
      #
      # @param request [HTTP::OutgoingRequest]
      # @return [AsyncRequest]
      def accept(request, &work)
        job = Job.new(request, HTTP::Middleware.capture(work)) { |ended| conclude(ended) }
        enter(job)
        hand_over(job)
        is_accepted = true
        AsyncRequest.new(job)
      ensure
        # The caller was interrupted while it waited for room, or there is nobody to send it.
        job.withdraw unless is_accepted || job.nil?
      end

      # Notes a job that is to be waited for: that answers `finished?`, `gone?`, `awaitable?`, `join`, `give_up`, `facts`.
      def enter(job)
        @pending[job] = true
        @exit_hook.watch
      end

      # Notes that a job has ended.
      def leave(job)
        @pending.delete(job)
      end

      # @param timeout [Numeric, nil] seconds to wait at most
      # @return [Boolean] whether all that was accepted until now has gone, as far as nobody has heard otherwise
      # @raise [ArgumentError] for what is no number of seconds
      def flush(timeout)
        jobs = @pending.keys
        wait_for(jobs.select(&:awaitable?), self.class.limit(:timeout, timeout))
        has_bad_news = tell_all
        jobs.all?(&:gone?) && !has_bad_news
      end

      # @return [Array] the jobs that have not ended
      def pending = @pending.keys

      # Tells of all failures that nobody has heard of.
      #
      # @return [Boolean] whether there were some
      def tell_all = @failures.tell_all

      # Waits for reports of failures that are being made.
      def wait_for_reports(seconds) = @failures.wait(seconds)

      # Somebody waits: whoever kills all threads of a process kills those that send as well.
      def hire
        @pool.hire
      end

      # @return [String]
      def inspect
        "#<#{self.class}>"
      end

      private

      def new_pool
        ThreadPool.new(self.class.threads, self.class.queue_size, @exit_hook)
      end

      def hand_over(job)
        return perform_at_end(job) if @exit_hook.come?
        return perform_in_fiber(job) if Fiber.current_scheduler

        queue(job)
      end

      # What is accepted that late is sent there and then.
      def perform_at_end(job)
        raise Error, "the process has come to its end, and its time is up" if @exit_hook.time_up?

        job.perform
      end

      def perform_in_fiber(job)
        job.thread = Thread.current
        Fiber.schedule { job.perform_in_fiber }
      end

      def queue(job)
        @pool.push(job)
      rescue ClosedQueueError
        retry
      end

      # Called before anybody learns that the job has ended: who waits for it may end the process.
      def conclude(job)
        tell_of_failure(job) if job.error && !job.asked_for?
        leave(job)
      end

      # At the end of the process there is no time to ask.
      def tell_of_failure(job)
        @exit_hook.come? ? FailureReporter.failure(job, job.error) : @failures.add(job)
      end

      def wait_for(jobs, timeout)
        return if jobs.empty?
        return jobs.each(&:join) unless timeout

        HelperThread.run(timeout) { jobs.each(&:join) }
      end
    end
  end
end
