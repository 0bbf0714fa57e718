# frozen_string_literal: true

require "pusher"
require_relative "../../spec/support/cost"

module Contenders
  # One client, shared by all threads.
  class ThisGem
    def initialize(url)
      @client = Pusher::Client.from_url(url)
    end

    def session
      -> { @client.trigger("channel", "event", Cost::DATA) }
    end
  end
end
