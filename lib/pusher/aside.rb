# frozen_string_literal: true

require "io/wait"

module Pusher
  # Work that has no time limit of its own, done in a short-lived thread that is awaited for so long: the wait can be
  # interrupted, and leaves other threads and fibers running.
  # @api private
  module Aside
    # The block must not raise: an error that left the thread would trip `Thread.abort_on_exception`.
    #
    # @param seconds [Numeric, nil] how long it may take
    # @return [Object, nil] the block's value; nil when it took too long
    def self.run(seconds, &work) # rubocop:disable Naming/BlockForwarding -- a block does not see an anonymous one
      # Under a fiber scheduler Ruby 3.1 joins a thread without heeding the limit: there the end of a pipe is awaited.
      ended, ending = IO.pipe if Fiber.current_scheduler
      thread = Thread.new { perform(ending, &work) } # rubocop:disable Naming/BlockForwarding -- as above
      (ended ? ended.wait_readable(seconds) : thread.join(seconds)) && thread.value
    ensure
      thread&.kill
      [ended, ending].compact.each(&:close)
    end

    # A thread inherits what its maker shuts out; this one can always be ended.
    def self.perform(ending, &)
      Thread.current.report_on_exception = false
      Thread.handle_interrupt(Object => :immediate, &)
    ensure
      ending&.close
    end
    private_class_method :perform
  end
  private_constant :Aside
end
