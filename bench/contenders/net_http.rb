# frozen_string_literal: true

require "net/http"
require_relative "event"

module Contenders
  # Ruby's own HTTP, a connection for each thread.
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
      raise "not a good reply: #{reply.code}" unless reply.code == "200" && reply.body == "{}"
    end
  end
end
