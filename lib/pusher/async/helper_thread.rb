# frozen_string_literal: true

require "io/wait"

module Pusher
  module Internal
    # Threads of the library's own.
    # @api private
    module HelperThread
      # Starts a thread. What it does must not raise: an error that left it would trip `Thread.abort_on_exception`.
      #
      # @param name [String]
      # @return [Thread]
      def self.start(name, &work)
        # A thread inherits what its maker shuts out; one of ours can always be ended.
        # Tests stub Thread.new, to have done at once what an application leaves to threads.
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
        # The maker's group is enclosed.
      end
      private_class_method :make_independent

      # Longer than any process waits, and as long as Ruby's clocks can.
      FOR_EVER = 1_000_000_000
      private_constant :FOR_EVER

      # @return [Boolean] whether this is a signal trap, where no lock can be taken
      def self.trap?
        Mutex.new.synchronize { false }
      rescue ThreadError
        true
      end

      # Does work that has no time limit of its own in a short-lived thread, which is awaited for so long: the wait can be
      # interrupted, and leaves other threads and fibers running.
      #
      # @param seconds [Numeric, nil] how long it may take
      # @return [Object, nil] the block's value; nil when it took too long
      # @raise [Exception] what the block raises
      def self.run(seconds, &work)
        # Under a fiber scheduler Ruby 3.1 joins a thread without heeding the limit: there the end of a pipe is awaited.
        ended, ending = IO.pipe if Fiber.current_scheduler
        thread = start("pusher-aside") { outcome_of(ending, &work) }
        value, error = thread.value if await(thread, ended, seconds)
        error ? raise(error) : value
      ensure
        thread&.kill
        [ended, ending].compact.each(&:close)
      end

      # What the block gives, or what it raises: an error that left a thread would trip `Thread.abort_on_exception`.
      #
      # @param ending [IO, nil] closed when the block has ended
      # @return [Array(Object, nil), Array(nil, Exception)]
      def self.outcome_of(ending = nil)
        [yield, nil]
      rescue Exception => e # rubocop:disable Lint/RescueException -- whoever awaits the thread raises it
        [nil, e]
      ensure
        ending&.close
      end

      def self.await(thread, ended, seconds)
        seconds = nil if seconds && seconds >= FOR_EVER
        ended ? ended.wait_readable(seconds) : thread.join(seconds)
      end
      private_class_method :await
    end
  end
end
