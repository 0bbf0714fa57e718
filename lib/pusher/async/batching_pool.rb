# frozen_string_literal: true

require_relative "channel_queues"
require_relative "publication"
require_relative "worker_threads"

module Pusher
  module Internal
    class Async
      # A pool of threads that sends the events of several jobs with one request. It serves each channel in order.
      #
      # Callers only push to a bounded queue, so they take no lock. The threads of the pool move the jobs from there to
      # the {ChannelQueues}, under a lock: two threads that moved jobs at the same time could change their order. They
      # wait on a second queue, which holds an element if there may be something to do. They defer interrupts, except
      # while they wait or send: a killed thread loses only what it is sending.
      # @api private
      class BatchingPool
        # Seconds after which a thread that waits for company looks for it.
        LOOK = 0.001
        private_constant :LOOK

        # @param threads [Integer] maximum number of threads
        # @param queue_size [Integer] maximum number of jobs that wait for a thread
        # @param exit_hook [ExitHook] of the process
        def initialize(threads, queue_size, exit_hook)
          @exit_hook = exit_hook
          @queue_size = queue_size
          @queue = Thread::SizedQueue.new(queue_size)
          @wakes = Thread::Queue.new
          @channel_queues = ChannelQueues.new
          # The senders for which a thread waits for company: it takes all their jobs.
          @gathering = {}
          # Whether another thread could send jobs from the queues of the channels.
          @is_ready = false
          @lock = Mutex.new
          @workers = WorkerThreads.new("pusher-async", threads) { work }
        end

        # Queues a job; blocks while the queue is full.
        #
        # @raise [ClosedQueueError] after {#close}
        # @raise [ThreadError] if no thread can be started to perform it
        def push(job)
          add_worker if @queue.size >= @queue.max
          @queue.push(job)
          wake
          add_worker
        end

        # Starts a thread if there are more jobs than idle threads.
        def add_worker
          @workers.add if @queue.size >= @queue.max || @wakes.num_waiting < @queue.size + (@is_ready ? 1 : 0)
        end

        # Accepts no more jobs. The threads perform those in the queue, then end.
        def close
          @queue.close
          @wakes.close
        end

        # @return [Boolean] whether the current thread is one of the pool's
        def worker? = @workers.current?

        private

        def work
          CallerContext.mark_worker
          Thread.handle_interrupt(Object => :never) do
            while (jobs = next_jobs)
              perform(jobs)
            end
          end
        ensure
          # Also when the thread is killed: another one performs the jobs that are left.
          @workers.remove_current
          wake_worker if jobs_left? && !@exit_hook.started?
        end

        def next_jobs
          loop do
            jobs = take and return jobs
            return unless idle
          end
        end

        def take
          jobs = change do
            @wakes.clear
            move_jobs
            taken = @channel_queues.take(Async.batch_size, @gathering)
            @gathering[taken.first.sender] = true if taken && wait?(taken)
            move_jobs if taken
            taken
          end
          wake_worker if @is_ready
          jobs
        end

        def change
          @lock.synchronize do
            value = yield
            update_room
            @is_ready = @channel_queues.ready?(@gathering)
            value
          end
        end

        def wait?(jobs)
          jobs.first.sender && jobs.size < Async.batch_size && Async.batch_wait.positive?
        end

        # Waits until there may be something to do.
        #
        # At exit Ruby kills all threads and waits for them. It does not kill one that starts meanwhile: that must not
        # wait for jobs.
        #
        # @return [Boolean, nil] nil if the thread must end
        def idle
          Thread.handle_interrupt(Object => :on_blocking) { @wakes.pop(@exit_hook.started?) }
        rescue ThreadError
          nil # The queue is empty.
        end

        # Moves the jobs of the callers to the queues of the channels, as long as both together are not full.
        def move_jobs
          while room?
            update_room(1)
            @channel_queues.add(@queue.pop(true))
          end
        rescue ThreadError
          nil # The queue is empty.
        end

        def room? = @channel_queues.size < [@queue_size - 1, 1].max

        # Jobs in the queues of the channels take the room of callers.
        def update_room(more = 0)
          @queue.max = [@queue_size - @channel_queues.size - more, 1].max
        end

        # Makes another thread look for jobs.
        def wake_worker
          @wakes.num_waiting.positive? ? wake : @workers.add
        rescue ThreadError
          nil # The system refuses a new thread: the next caller tries again.
        end

        def wake
          @wakes.push(true) if @wakes.empty?
        rescue ClosedQueueError
          nil # No thread waits there.
        end

        def jobs_left?
          !@queue.empty? || @is_ready
        end

        def perform(jobs)
          gather(jobs) if @gathering.key?(jobs.first.sender)
          is_sending = true
          is_refused = interruptible { send_jobs(jobs) } == :refused
        ensure
          jobs.each(&:finish) if is_sending && !is_refused
          change { is_sending && !is_refused ? @channel_queues.release(jobs) : @channel_queues.give_back(jobs) }
        end

        def interruptible(&block)
          Thread.handle_interrupt(Object => :immediate, &block)
        end

        # Waits for company.
        def gather(jobs)
          deadline = now + Async.batch_wait
          look_for_company(jobs) while wait?(jobs) && !@exit_hook.exiting? && now < deadline
        ensure
          change { @gathering.delete(jobs.first.sender) }
          wake_worker if @is_ready
        end

        def look_for_company(jobs)
          interruptible { sleep([Async.batch_wait, LOOK].min) }
          change do
            move_jobs
            @channel_queues.extend(jobs, Async.batch_size)
          end
          wake_worker if @is_ready
        end

        def now = Process.clock_gettime(Process::CLOCK_MONOTONIC)

        # @return [:refused, nil] the first if the jobs must be sent one by one
        def send_jobs(jobs)
          jobs = jobs.reject(&:finished?)
          return send_together(jobs) if jobs.size > 1

          jobs.each(&:perform)
          nil
        end

        def send_together(jobs)
          reply = jobs.first.sender.post(jobs.map { |job| job.publication.event })
          return refuse(jobs) if Publication.refused?(reply)

          replies = Publication.replies(reply, jobs.map(&:publication))
          jobs.zip(replies) { |job, own_reply| job.finish_with(reply: own_reply) }
          nil
        rescue Exception => e # rubocop:disable Lint/RescueException -- raised again by Job#reply
          jobs.each { |job| job.finish_with(error: e) }
          nil
        end

        def refuse(jobs)
          jobs.each(&:send_alone)
          :refused
        end
      end
    end
  end
end
