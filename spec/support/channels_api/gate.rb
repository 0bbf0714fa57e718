# frozen_string_literal: true

require "monitor"

module ChannelsApi
  # Holds replies back until they are released.
  class Gate
    def initialize
      @monitor = Monitor.new
      @opened = @monitor.new_cond
      @closed = false
    end

    def close
      @monitor.synchronize { @closed = true }
    end

    def open
      @monitor.synchronize do
        @closed = false
        @opened.broadcast
      end
    end

    def pass
      @monitor.synchronize { @opened.wait while @closed }
    end
  end
end
