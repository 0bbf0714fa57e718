# frozen_string_literal: true

require "json"
require "openssl"

module ChannelsApi
  # Webhooks as the service sends them.
  class Webhook
    attr_reader :key, :body, :signature

    def initialize(app, events, time_ms: Process.clock_gettime(Process::CLOCK_REALTIME, :millisecond))
      @key = app.key
      @body = JSON.generate("time_ms" => time_ms, "events" => events)
      @signature = OpenSSL::HMAC.hexdigest("SHA256", app.secret, @body)
    end

    def headers
      { "Content-Type" => "application/json", "X-Pusher-Key" => key, "X-Pusher-Signature" => signature }
    end

    # The Hash that the gem accepts without a web framework.
    def to_h
      { key:, signature:, body:, content_type: "application/json" }
    end
  end
end
