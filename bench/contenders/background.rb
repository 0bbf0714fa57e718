# frozen_string_literal: true

require "pusher"
require_relative "../../spec/support/cost"

module Contenders
  # Publishes in the background with this gem, with a fixed number of concurrent requests.
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
