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
      case work
      when "first" then -> { publish_on_new_connection(start, event) }
      when "again" then -> { publish_on_new_connection(@client, event) }
      else -> { publish(@client, event) }
      end
    end

    private

    def start
      client = HTTPClient.new
      authority = ENV.fetch("SSL_CERT_FILE", nil)
      client.ssl_config.add_trust_ca(authority) if authority
      client
    end

    def publish_on_new_connection(client, event)
      publish(client, event)
      client.reset_all
    end

    def publish(client, event)
      body = event.body
      reply = client.request(:post, event.url, event.signed_params(body), body, Event::HEADERS)
      raise "unexpected reply: #{reply.status}" unless reply.status == 200 && reply.body == "{}"
    end
  end
end
