# frozen_string_literal: true

require "pusher/webhooks"
require "uri"
require_relative "inbox"
require_relative "rack_adapter"
require_relative "web_server"

module EndToEnd
  # A web application that uses the gem: it authorises its users' subscriptions, signs them in and receives
  # webhooks. It refuses the user "stranger".
  class Application
    CHANNELS_PATH = "/pusher/channel-auth"
    USERS_PATH = "/pusher/user-auth"
    WEBHOOKS_PATH = "/pusher/webhooks"

    # The webhooks as they were received: Hashes that Pusher::Client#webhook takes.
    attr_reader :webhooks
    # The events that the webhook endpoint of the gem passed to its handlers.
    attr_reader :events

    # What the application knows of a user; as channel data and as user data.
    def self.info(user)
      { name: user.capitalize, motto: "Grüße, 世界 🌍" }
    end

    def initialize(pusher)
      @pusher = pusher
      @webhooks = Inbox.new
      @events = Inbox.new
      @endpoint = webhook_endpoint(pusher, @events)
      @server = WebServer.new { |request| respond(request) }
    end

    def channels_url
      @server.url(CHANNELS_PATH)
    end

    def users_url
      @server.url(USERS_PATH)
    end

    def webhooks_url
      @server.url(WEBHOOKS_PATH)
    end

    def stop
      @server.stop
    end

    private

    def respond(request)
      case request.path
      when CHANNELS_PATH then respond_to_user(request) { |form| authorise(**form) }
      when USERS_PATH then respond_to_user(request) { |form| sign_in(**form) }
      when WEBHOOKS_PATH then take_webhook(request)
      else ChannelsApi::Reply.text(404, "There is nothing at #{request.path}")
      end
    end

    def respond_to_user(request)
      form = URI.decode_www_form(request.body).to_h.transform_keys(&:to_sym)
      return ChannelsApi::Reply.text(403, "Who are you?") if form[:user] == "stranger"

      ChannelsApi::Reply.json(yield(form))
    end

    def authorise(channel_name:, socket_id:, user:)
      return @pusher.authenticate(channel_name, socket_id) unless channel_name.start_with?("presence-")

      @pusher.authenticate(channel_name, socket_id, { user_id: user, user_info: self.class.info(user) })
    end

    def sign_in(socket_id:, user:)
      @pusher.authenticate_user(socket_id, { id: user, user_info: self.class.info(user) })
    end

    def take_webhook(request)
      webhooks << { key: request["X-Pusher-Key"], signature: request["X-Pusher-Signature"], body: request.body,
                    content_type: request["Content-Type"] }
      RackAdapter.serve(@endpoint, request)
    end

    def webhook_endpoint(pusher, inbox)
      Pusher::Webhooks.new(pusher) do
        Pusher::Webhooks::EVENTS.each { |name| on(name) { |event| inbox << event } }
      end
    end
  end
end
