# frozen_string_literal: true

require "io/wait"

module Pusher
  module Internal
    # Starts the threads of this gem, and runs blocking work in short-lived ones.
    # @api private
    module HelperThread
      # Starts a thread. The block must not raise: an error that leaves it would trigger `Thread.abort_on_exception`.
      #
      # @param name [String]
      # @return [Thread]
      def self.start(name, &work)
        # A thread inherits its creator's interrupt mask, and could then not be killed.
        # Thread.start, because tests stub Thread.new to run an application's threads at once.
        thread = Thread.start { Thread.handle_interrupt(Object => :immediate) { work.call } }
        thread.report_on_exception = false
        thread.name = name
        make_independent(thread)
        thread
      end

      # Does not inherit the creator's thread group or priority.
      def self.make_independent(thread)
        thread.priority = 0
        ThreadGroup::Default.add(thread)
      rescue ThreadError
        # The creator's group is enclosed.
      end
      private_class_method :make_independent

      # Seconds; Ruby raises RangeError for much longer waits.
      LONGEST_WAIT = 1_000_000_000
      private_constant :LONGEST_WAIT

      # @return [Boolean] whether this is a signal trap, where Ruby refuses to lock a Mutex
      def self.trap?
        Mutex.new.synchronize { false }
      rescue ThreadError
        true
      end

      # Runs work that has no timeout of its own in a short-lived thread, and waits for it. The wait can be interrupted,
      # and lets other threads and fibers run.
      #
      # @param seconds [Numeric, nil] timeout
      # @return [Object, nil] the block's value; nil after the timeout
      # @raise [Exception] what the block raises
      def self.run(seconds, &work)
        # Under a fiber scheduler Thread#join of Ruby 3.1 ignores its limit; waiting for a pipe does not.
        reader, writer = IO.pipe if Fiber.current_scheduler
        thread = start("pusher-helper") { value_or_error(writer, &work) }
        value, error = thread.value if await(thread, reader, seconds)
        error ? raise(error) : value
      ensure
        thread&.kill
        [reader, writer].compact.each(&:close)
      end

      # Returns an error instead of raising it: one that left the thread would trigger `Thread.abort_on_exception`.
      #
      # @param writer [IO, nil] closed when the block has ended
      # @return [Array(Object, nil), Array(nil, Exception)]
      def self.value_or_error(writer = nil)
        [yield, nil]
      rescue Exception => e # rubocop:disable Lint/RescueException -- raised again in the thread that waits
        [nil, e]
      ensure
        writer&.close
      end

      def self.await(thread, reader, seconds)
        seconds = nil if seconds && seconds >= LONGEST_WAIT
        reader ? reader.wait_readable(seconds) : thread.join(seconds)
      end
      private_class_method :await
    end
  end
end
