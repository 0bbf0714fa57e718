# frozen_string_literal: true

require_relative "../pusher"
require_relative "endpoints/body"
require_relative "endpoints/endpoint"
require_relative "endpoints/webhook_handler"

module Pusher
  # The endpoint for webhooks: a Rack application that verifies them and passes their events to handlers.
  #
  # `docs/webhooks.md` describes the replies and the events.
  #
  # Define all handlers before the first request. Afterwards threads and fibers can share the endpoint.
  #
  # @example
  #   require "pusher/webhooks"
  #
  #   webhooks = Pusher::Webhooks.new(pusher) do
  #     on("channel_vacated", channel: "presence-room-:id") { |event, webhook, id:| puts "#{id} is empty" }
  #     on("client_event") { |event| puts event["data"] }
  #     any { |event, webhook| puts "#{event["name"]} at #{webhook.time}" }
  #   end
  #
  #   webhooks.call({ "REQUEST_METHOD" => "GET" }).first # => 405
  class Webhooks
    include Internal::Endpoints::Endpoint

    # The names of the events that the service sends.
    EVENTS = %w[
      channel_occupied channel_vacated member_added member_removed client_event cache_miss subscription_count
    ].freeze

    # @param client [Client, Module, #call] has the key and the secret; or is called with the request and returns the
    #   client, or nil to refuse the request
    # @param extra_tokens [Hash, Array<Hash>, nil] additional pairs of `:key` and `:secret`
    # @param raise_errors [Boolean] whether the exceptions of handlers pass through; by default they are logged, and the
    #   reply has status 500
    # @param max_bytes [Integer] the size of the largest body that is accepted
    # @param request_class [Class, nil] creates the request from a Rack environment; by default `Rack::Request`
    # @yield defines the handlers; a block without parameters runs with the endpoint as `self`
    # @yieldparam webhooks [Webhooks]
    def initialize(client = Pusher, extra_tokens: nil, raise_errors: false, max_bytes: 1_048_576, request_class: nil,
                   &block)
      @handlers = []
      @extra_tokens = extra_tokens
      @raise_errors = raise_errors
      @max_bytes = max_bytes
      set_up(client, request_class, block)
    end

    # Adds a handler for events of this name. All handlers of an event are called, in the order of their definition.
    #
    # @param name [String, Symbol] one of {EVENTS}
    # @param channel [String, Regexp, nil] only events of these channels: a pattern for the whole name as in
    #   {Authorization#private_channel}, or a Regexp for any part of it
    # @param force [Boolean] accepts a name that this version of the gem does not know
    # @yieldparam event [Hash] with String keys; see {WebHook#decrypted_events}
    # @yieldparam webhook [WebHook]
    # @return [nil]
    # @raise [ArgumentError] for an unknown name or an invalid pattern
    def on(name, channel: nil, force: false, &block)
      unless force || EVENTS.include?(name.to_s)
        raise ArgumentError, "unknown event #{name.inspect}: expected one of #{EVENTS.join(", ")}; " \
                             "force: true allows other names"
      end

      add_handler(name.to_s, channel, block)
    end

    # Adds a handler for events of any name.
    #
    # @param channel [String, Regexp, nil] only events of these channels, as in {#on}
    # @yieldparam event [Hash] with String keys; see {WebHook#decrypted_events}
    # @yieldparam webhook [WebHook]
    # @return [nil]
    # @raise [ArgumentError] for an invalid pattern
    def any(channel: nil, &block)
      add_handler(nil, channel, block)
    end

    # Serves a request in a controller.
    #
    # @param request [#env] a request of Rack, Rails or Sinatra
    # @return [Internal::Endpoints::Reply] with `status`, `headers`, `body` and `to_rack`
    # @raise [StandardError] of a handler, with `raise_errors: true`
    def call_for(request)
      answer(request) do
        webhook = verified_webhook(request)
        media_type = Internal::Endpoints::Body.media_type(request.env)
        refuse(400, "the content type is not application/json") unless media_type == "application/json"

        Internal::Endpoints::Reply.new(*handle(events_of(webhook), webhook))
      end
    end

    private

    def add_handler(name, channel, block)
      @handlers << Internal::Endpoints::WebhookHandler.new(name, channel, block)
      nil
    end

    def verified_webhook(request)
      body = Internal::Endpoints::Body.read(request.env, @max_bytes)
      client = client_for(request)
      webhook = client&.webhook(fields(request.env, body))
      refuse(401, "invalid signature") unless webhook&.valid?(@extra_tokens)
      webhook
    end

    def fields(env, body)
      { key: env["HTTP_X_PUSHER_KEY"], signature: env["HTTP_X_PUSHER_SIGNATURE"], body:,
        content_type: env["CONTENT_TYPE"] }
    end

    def events_of(webhook)
      data = data_of(webhook)
      events = data["events"] if data.is_a?(Hash)
      return webhook.decrypted_events if events.is_a?(Array) && events.all?(Hash)

      refuse(400, "the body is not an object with a list of events")
    end

    # Errors of the JSON engines have only this superclass in common.
    def data_of(webhook)
      webhook.data
    rescue StandardError
      refuse(400, "the body is not JSON")
    end

    # @return [Array(Integer, Hash)] status and body
    def handle(events, webhook)
      events.each { |event| @handlers.each { |handler| handler.handle(event, webhook) } }
      [200, {}]
    rescue StandardError => e
      raise if @raise_errors

      log(e)
      [500, { error: "a handler failed" }]
    end

    def log(error)
      Pusher.logger.error("A handler of webhooks failed: #{error.message} (#{error.class})")
      Pusher.logger.debug(error.backtrace.to_a.join("\n"))
    end
  end
end
