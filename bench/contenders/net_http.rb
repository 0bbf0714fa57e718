# frozen_string_literal: true

require "net/http"
require_relative "event"

module Contenders
  # Ruby's Net::HTTP, with one connection per thread.
  class NetHttp
    def initialize(url)
      @url = url
    end

    def session(work = "event")
      event = Event.new(@url, work)
      return -> { start(event).tap { |http| publish(http, event) }.finish } if work == "first"

      http = start(event)
      -> { publish(http, event) }
    end

    private

    def start(event)
      http = Net::HTTP.new(event.host, event.port, nil)
      http.keep_alive_timeout = 3600
      http.use_ssl = event.tls?
      http.start
    end

    def publish(http, event)
      body = event.body
      reply = http.post(event.target(body), body, Event::HEADERS)
      raise "unexpected reply: #{reply.code}" unless reply.code == "200" && reply.body == "{}"
    end
  end
end
