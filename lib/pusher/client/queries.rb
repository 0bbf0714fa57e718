# frozen_string_literal: true

# Queries the state of channels.

module Pusher
  class Client
    # @example
    #   pusher.channels({ filter_by_prefix: "presence-", info: "user_count" })
    #
    # @param params [Hash] `:filter_by_prefix`, `:info`
    # @return [Hash] `:channels`, the occupied channels by name
    # @raise [Pusher::Error] like {#get}
    # @see https://pusher.com/docs/channels/library_auth_reference/rest-api/#get-channels-fetch-info-for-multiple-channels
    def channels(params = {})
      get("/channels", params)
    end

    # @example
    #   pusher.channel_info("presence-room", { info: "user_count" })
    #
    # @param channel_name [String, Symbol]
    # @param params [Hash] `:info`, attributes to return besides `occupied`
    # @return [Hash] with Symbol keys
    # @raise [Pusher::Error] like {#get}
    # @see https://pusher.com/docs/channels/library_auth_reference/rest-api/#get-channel-fetch-info-for-one-channel
    def channel_info(channel_name, params = {})
      get(channel_path(channel_name), params)
    end

    # @example
    #   pusher.channel_users("presence-room")[:users].map { |user| user["id"] }
    #
    # @param channel_name [String, Symbol] of a presence channel
    # @param params [Hash]
    # @return [Hash] `:users`, each `{"id" => ID}`
    # @raise [Pusher::Error] like {#get}
    # @see https://pusher.com/docs/channels/library_auth_reference/rest-api/#get-users
    def channel_users(channel_name, params = {})
      get("#{channel_path(channel_name)}/users", params)
    end

    private

    # A missing name would make it a query for all channels.
    def channel_path(channel_name)
      raise Error, "Illegal channel name nil" if channel_name.nil?

      "/channels/#{channel_name}"
    end
  end
end
