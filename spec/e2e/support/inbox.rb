# frozen_string_literal: true

require "monitor"

module EndToEnd
  # Seconds after which every wait fails with a message.
  PATIENCE = 60

  # A wait took too long.
  class Overdue < StandardError; end

  # Received items in their order, and a way to wait for more.
  class Inbox
    def initialize
      @monitor = Monitor.new
      @arrival = @monitor.new_cond
      @items = []
      @closed = nil
    end

    def <<(item)
      @monitor.synchronize do
        @items << item
        @arrival.broadcast
      end
      self
    end

    def to_a
      @monitor.synchronize { @items.dup }
    end

    # Ends all waits with this reason.
    def close(reason)
      @monitor.synchronize do
        @closed ||= reason
        @arrival.broadcast
      end
    end

    # Calls the block with all items until it returns something, and returns that.
    def wait_for(description)
      deadline = clock + PATIENCE
      @monitor.synchronize do
        loop do
          found = yield(@items)
          return found if found

          wait_until(deadline, description)
        end
      end
    end

    private

    def wait_until(deadline, description)
      left = deadline - clock
      raise Overdue, "#{description}: #{@closed}. #{latest}" if @closed
      raise Overdue, "#{description}: not within #{PATIENCE} s. #{latest}" unless left.positive?

      @arrival.wait(left)
    end

    def latest
      "The last that came: #{@items.last(5).inspect}"
    end

    def clock
      Process.clock_gettime(Process::CLOCK_MONOTONIC)
    end
  end
end
