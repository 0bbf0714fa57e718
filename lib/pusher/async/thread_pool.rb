# frozen_string_literal: true

require_relative "caller_context"
require_relative "worker_threads"

module Pusher
  module Internal
    class Async
      # A bounded queue of jobs, and the threads that perform them. Threads are started on demand, up to a maximum.
      # @api private
      class ThreadPool
        # @param threads [Integer] maximum number of threads
        # @param queue_size [Integer] maximum number of jobs that wait for a thread
        # @param exit_hook [ExitHook] of the process
        def initialize(threads, queue_size, exit_hook)
          @exit_hook = exit_hook
          @queue = Thread::SizedQueue.new(queue_size)
          @workers = WorkerThreads.new("pusher-async", threads) { work }
        end

        # Queues a job; blocks while the queue is full.
        #
        # @raise [ClosedQueueError] after {#close}
        # @raise [ThreadError] if no thread can be started to perform it
        def push(job)
          add_worker if @queue.size >= @queue.max
          @queue.push(job)
          add_worker
        end

        # Starts a thread if there are more jobs than idle threads. Threads that wait at a full queue are callers, not
        # idle workers.
        def add_worker
          @workers.add if @queue.size >= @queue.max || @queue.num_waiting < @queue.size
        end

        # Accepts no more jobs. The threads perform those in the queue, then end.
        def close
          @queue.close
        end

        # @return [Boolean] whether the current thread is one of the pool's
        def worker? = @workers.current?

        private

        def work
          CallerContext.mark_worker
          while (job = next_job)
            job.perform
          end
        ensure
          # Also when the thread is killed: another one performs the jobs that are left.
          @workers.remove_current
          replace_worker unless @queue.empty? || @exit_hook.started?
        end

        # At exit Ruby kills all threads and waits for them. It does not kill one that starts meanwhile: that must not
        # wait for jobs.
        def next_job
          @queue.pop(@exit_hook.started?)
        rescue ThreadError
          nil # The queue is empty.
        end

        def replace_worker
          @workers.add
        rescue ThreadError
          nil # The system refuses a new thread: the next caller tries again.
        end
      end
    end
  end
end
