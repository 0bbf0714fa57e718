# frozen_string_literal: true

require_relative "worker_threads"

module Pusher
  module Internal
    class Async
      # Threads that send what is queued for them: as many as are needed, up to a bound, started when there is work.
      # @api private
      class ThreadPool
        # @param threads [Integer] how many at most
        # @param queue_size [Integer] how many jobs may wait for one
        # @param exit_hook [ExitHook] of the process
        def initialize(threads, queue_size, exit_hook)
          @exit_hook = exit_hook
          @queue = Thread::SizedQueue.new(queue_size)
          @workers = WorkerThreads.new("pusher-async", threads) { work }
        end

        # Queues a job; the caller waits while there is no room.
        #
        # @raise [ClosedQueueError] after {#close}
        # @raise [ThreadError] where the system has no thread to send it
        def push(job)
          hire if @queue.size >= @queue.max
          @queue.push(job)
          hire
        end

        # Starts a thread where those that wait for work are too few for it. Who waits at a full queue is a caller.
        def hire
          @workers.add if @queue.size >= @queue.max || @queue.num_waiting < @queue.size
        end

        # What is queued is sent still; the threads end when that is done.
        def close
          @queue.close
        end

        private

        def work
          while (job = next_job)
            job.perform
          end
        ensure
          # One that is killed leaves what is queued to another.
          @workers.leave
          succeed unless @queue.empty? || @exit_hook.begun?
        end

        # The end of the process waits for its threads, and does not end those that are started meanwhile.
        def next_job
          @queue.pop(@exit_hook.begun?)
        rescue ThreadError
          nil # Nothing is queued.
        end

        def succeed
          @workers.add
        rescue ThreadError
          nil # The system has none to give: whoever comes next tries again.
        end
      end
    end
  end
end
