# frozen_string_literal: true

require_relative "in_pool"

module Contenders
  # The thread pool, which sends up to ten events with one request.
  class InCoalescingPool < InPool
    def publish(count)
      Pusher.async_batch_size = 10 if Pusher.async_batch_size != 10
      super
    end
  end
end
