# frozen_string_literal: true

require "monitor"

module EndToEnd
  # Seconds that anything here waits for before it gives up and says what is missing.
  PATIENCE = 60

  # What was waited for has not happened.
  class Overdue < StandardError; end

  # What came in, in the order in which it came, and a way to wait for more.
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

    # Nothing more comes, for this reason: nobody waits any longer.
    def close(reason)
      @monitor.synchronize do
        @closed ||= reason
        @arrival.broadcast
      end
    end

    # The block is given all that has come, until it makes something of it. That is given back.
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
