# frozen_string_literal: true

require "httpclient"
require_relative "event"

module Contenders
  # The gem httpclient, one client shared by all threads.
  class HttpClient
    def initialize(url)
      @url = url
      @client = start
    end

    def session(work)
      event = Event.new(@url, work)
      work == "first" ? -> { publish(start, event) } : -> { publish(@client, event) }
    end

    private

    def start
      client = HTTPClient.new
      authority = ENV.fetch("SSL_CERT_FILE", nil)
      client.ssl_config.add_trust_ca(authority) if authority
      client
    end

    def publish(client, event)
      body = event.body
      reply = client.request(:post, event.url, event.signed_params(body), body, Event::HEADERS)
      raise "unexpected reply: #{reply.status}" unless reply.status == 200 && reply.body == "{}"
    end
  end
end
