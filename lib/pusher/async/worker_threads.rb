# frozen_string_literal: true

require_relative "helper_thread"

module Pusher
  module Internal
    class Async
      # Threads that do the same work: as many as are asked for, up to a number. One that was killed leaves its place.
      # @api private
      class WorkerThreads
        # @param name [String] what the threads are called
        # @param size [Integer] how many there may be
        # @yield what a thread does, until it ends
        def initialize(name, size, &work)
          @name = name
          @size = size
          @work = work
          @threads = []
          @lock = Mutex.new
        end

        # Starts one more thread, where there is a place for it.
        #
        # @raise [ThreadError] where the system has none to give, and there is no other
        def add
          undisturbed { start }
        rescue ThreadError
          # A signal trap may take no lock, but start a thread that does.
          return HelperThread.start(@name) { add } if HelperThread.trap?

          raise if @threads.empty?
        end

        # The current thread, one of them, has ended its work.
        def leave
          undisturbed { @threads.delete(Thread.current) }
        end

        private

        # Whoever interrupts must not strike between the start of a thread and the note of it.
        def undisturbed(&block)
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
