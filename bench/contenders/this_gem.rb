# frozen_string_literal: true

require "pusher"
require_relative "../../spec/support/cost"

module Contenders
  # This gem, with one client that all threads share.
  class ThisGem
    def initialize(url)
      @client = Pusher::Client.from_url(url)
    end

    def session
      -> { @client.trigger("channel", "event", Cost::DATA) }
    end
  end
end
