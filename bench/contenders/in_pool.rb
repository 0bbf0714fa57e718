# frozen_string_literal: true

require_relative "background"

module Contenders
  # The thread pool.
  class InPool < Background
    def publish(count)
      Pusher.async_threads = AT_A_TIME if Pusher.async_threads != AT_A_TIME
      count.times { publish_one }
      raise "not all events were sent" unless Pusher.flush
    end
  end
end
