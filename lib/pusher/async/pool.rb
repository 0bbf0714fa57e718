# frozen_string_literal: true

module Pusher
  class Async
    # Threads that send what is queued for them: as many as are needed, up to a bound, started when there is work.
    # Queues alone keep order here, since a Mutex would refuse to be used in a signal trap.
    # @api private
    class Pool
      # @param threads [Integer] how many at most
      # @param queue_size [Integer] how many requests may wait for one
      # @yieldparam job [Job] to be sent
      def initialize(threads, queue_size, &send)
        @send = send
        @queue = Thread::SizedQueue.new(queue_size)
        @size = threads
        @places = Thread::Queue.new
        threads.times { |number| @places.push(number) }
      end

      # Queues a request; the caller waits while there is no room.
      #
      # @raise [ClosedQueueError] after {#close}
      def push(job)
        hire
        @queue.push(job)
      end

      # Starts a thread where those that wait for work are too few for it.
      #
      # @raise [ThreadError] where the system has no thread to give, and nobody else is there to work
      def hire
        return if @queue.num_waiting > @queue.size

        place = free_place or return
        Thread.new { work(place) }.name = "pusher-async-#{place}"
      rescue ThreadError
        @places.push(place)
        raise if @places.size == @size
      end

      # What is queued is sent still; the threads end when that is done.
      def close
        @queue.close
      end

      private

      def free_place
        @places.pop(true)
      rescue ThreadError
        nil
      end

      # A thread inherits what its maker shuts out; this one can always be ended.
      def work(place)
        Thread.handle_interrupt(Object => :immediate) do
          while (job = @queue.pop)
            @send.call(job)
          end
        end
      ensure
        @places.push(place)
      end
    end
  end
end
