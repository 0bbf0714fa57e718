# frozen_string_literal: true

require_relative "helper_thread"

module Pusher
  module Internal
    class Async
      # A bounded set of threads that run the same block. A dead thread makes room for a new one.
      # @api private
      class WorkerThreads
        # @param name [String] of each thread
        # @param size [Integer] maximum number of threads
        # @yield in each thread, once
        def initialize(name, size, &work)
          @name = name
          @size = size
          @work = work
          @threads = []
          @lock = Mutex.new
        end

        # Starts a thread, unless the maximum is reached.
        #
        # @raise [ThreadError] if the system refuses a new thread and no thread is left
        def add
          synchronize { start } unless complete?
        rescue ThreadError
          # Ruby refuses to lock in a signal trap; a new thread can.
          return HelperThread.start(@name) { add } if HelperThread.trap?

          raise if @threads.empty?
        end

        # @return [Boolean] whether the current thread is one of them
        def current? = @threads.include?(Thread.current)

        # Removes the current thread, which is about to end.
        def remove_current
          synchronize { @threads.delete(Thread.current) }
        end

        private

        # Whether the maximum is reached. Not locked, because callers ask for every request.
        def complete? = @threads.size >= @size && @threads.all?(&:alive?)

        # Defers interrupts so that a started thread is always recorded.
        def synchronize(&block)
          Thread.handle_interrupt(Object => :never) { @lock.synchronize(&block) }
        end

        def start
          @threads.select!(&:alive?)
          @threads << HelperThread.start(@name, &@work) if @threads.size < @size
        end
      end
    end
  end
end
