# frozen_string_literal: true

require "pusher"
require_relative "../../spec/support/cost"

module Contenders
  # What publishes in the background with this gem, with so many requests under way at a time.
  class Background
    AT_A_TIME = 10

    def initialize(url)
      @client = Pusher::Client.from_url(url)
    end

    private

    def publish_one
      @client.trigger_async("channel", "event", Cost::DATA)
    end
  end
end
