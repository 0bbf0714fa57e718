# frozen_string_literal: true

require_relative "client/configuration"
require_relative "client/retries"
require_relative "client/events"
require_relative "client/batch"
require_relative "client/later"
require_relative "client/queries"
require_relative "client/authentication"
require_relative "client/requests"
require_relative "client/users"
require_relative "client/middleware"
require_relative "client/event_machine"
require_relative "channel"
require_relative "webhook"

module Pusher
  # A client of one app on Pusher Channels, or on a server that speaks its protocol. Threads and fibers can share it.
  #
  # @example Publish an event
  #   pusher = Pusher::Client.new(app_id: "123456", key: "278d425bdf160c739803",
  #                               secret: "7ad3773142a6692b25b8", cluster: "eu")
  #   pusher.trigger("my-channel", "my-event", { message: "hello" })
  # @example Authorise a subscription
  #   pusher.authenticate("private-my-channel", socket_id)
  # @example Query
  #   pusher.channel_info("presence-room", { info: "user_count" })
  class Client
    # @example
    #   pusher["my-channel"].trigger!("my-event", { message: "hello" })
    #
    # @param channel_name [String, Symbol]
    # @return [Channel]
    # @raise [Pusher::Error] for an invalid name
    def channel(channel_name)
      Channel.new(nil, channel_name, self)
    end
    alias [] channel

    # @example
    #   webhook = pusher.webhook(request)
    #   webhook.events.each { |event| puts event["name"] } if webhook.valid?
    #
    # @param request [#env, #[]] a Rack or Rails request, or a Hash (see {WebHook#initialize})
    # @return [WebHook]
    # @see WebHook#initialize
    def webhook(request)
      WebHook.new(request, self)
    end

    # @return [String] without secrets
    def inspect
      "#<#{self.class} #{scheme}://#{host}:#{port}/apps/#{app_id} key=#{key.inspect}>"
    end

    # ActiveSupport would otherwise encode the instance variables, the secret among them.
    #
    # @return [String] as {#inspect}
    def as_json(*) = inspect
  end
end
