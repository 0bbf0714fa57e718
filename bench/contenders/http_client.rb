# frozen_string_literal: true

require "httpclient"
require_relative "event"

module Contenders
  # The gem httpclient, one client shared by all threads.
  class HttpClient
    def initialize(url)
      @event = Event.new(url)
      @url = "http://#{@event.host}:#{@event.port}#{@event.path}"
      @client = HTTPClient.new
    end

    def session
      -> { publish }
    end

    private

    def publish
      body = @event.body
      reply = @client.request(:post, @url, @event.signed_params(body), body, Event::HEADERS)
      raise "unexpected reply: #{reply.status}" unless reply.status == 200 && reply.body == "{}"
    end
  end
end
