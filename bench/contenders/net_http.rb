# frozen_string_literal: true

require "net/http"
require_relative "event"

module Contenders
  # Ruby's Net::HTTP, with one connection per thread.
  class NetHttp
    def initialize(url)
      @event = Event.new(url)
    end

    def session
      http = Net::HTTP.new(@event.host, @event.port, nil)
      http.keep_alive_timeout = 3600
      http.start
      -> { publish(http) }
    end

    private

    def publish(http)
      body = @event.body
      reply = http.post(@event.target(body), body, Event::HEADERS)
      raise "unexpected reply: #{reply.code}" unless reply.code == "200" && reply.body == "{}"
    end
  end
end
