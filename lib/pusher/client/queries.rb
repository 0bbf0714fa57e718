# frozen_string_literal: true

module Pusher
  # Queries the state of channels.
  class Client
    # @param params [Hash] `:filter_by_prefix`, `:info`
    # @return [Hash] `:channels`, the occupied channels by name
    # @raise [Pusher::Error] like {#get}
    # @see https://pusher.com/docs/channels/library_auth_reference/rest-api/#get-channels-fetch-info-for-multiple-channels
    def channels(params = {})
      get("/channels", params)
    end

    # @param channel_name [String, Symbol]
    # @param params [Hash] `:info`, attributes to return besides `occupied`
    # @return [Hash] with Symbol keys
    # @raise [Pusher::Error] like {#get}
    # @see https://pusher.com/docs/channels/library_auth_reference/rest-api/#get-channel-fetch-info-for-one-channel
    def channel_info(channel_name, params = {})
      get(channel_path(channel_name), params)
    end

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
