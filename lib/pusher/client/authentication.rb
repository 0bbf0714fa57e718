# frozen_string_literal: true

# Authorises subscriptions and user sign-ins.

require "base64"
require_relative "../channel"
require_relative "../errors"
require_relative "../json"
require_relative "../utils"

module Pusher
  class Client
    include Utils

    # The response of an auth endpoint to a subscription.
    #
    # @example
    #   pusher.authenticate("presence-room", socket_id, { user_id: "1", user_info: { name: "Ann" } })
    #
    # @param channel_name [String]
    # @param socket_id [String]
    # @param custom_data [Object, nil] the channel data of a presence channel: `{ user_id: ID, user_info: {…} }`
    # @return [Hash] `:auth`; `:channel_data` if there is custom data; `:shared_secret` for an encrypted channel
    # @raise [Pusher::Error] for an invalid socket id or channel name
    # @raise [Pusher::ConfigurationError] for missing credentials, or a missing master key
    # @see https://pusher.com/docs/channels/library_auth_reference/auth-signatures/
    def authenticate(channel_name, socket_id, custom_data = nil)
      channel = channel(channel_name)
      response = channel.authenticate(socket_id, custom_data)
      return response unless Channel.encrypted?(channel_name.to_s)

      secret = channel.shared_secret(encryption_master_key)
      raise ConfigurationError, :encryption_master_key unless secret

      response.merge(shared_secret: ::Base64.strict_encode64(secret))
    end

    # The response of an auth endpoint to the sign-in of a user.
    #
    # @example
    #   pusher.authenticate_user(socket_id, { id: "1", name: "Ann" })
    #
    # @param socket_id [String]
    # @param user_data [Hash] `:id`, a String, and any other data about the user
    # @return [Hash] `:auth` and `:user_data`
    # @raise [Pusher::Error] for an invalid socket id or user data
    # @raise [Pusher::ConfigurationError] for missing credentials
    # @see https://pusher.com/docs/channels/library_auth_reference/auth-signatures/#user-authentication
    def authenticate_user(socket_id, user_data)
      validate_user_data(user_data)
      token = authentication_token
      json = Internal::Json.dump(user_data)
      { auth: _authentication_string(socket_id, "#{socket_id}::user::#{json}", token), user_data: json }
    end

    private

    def validate_user_data(user_data)
      # Controller parameters are not a Hash.
      id = user_data[:id] || user_data["id"] if user_data.respond_to?(:key?)
      return if id.is_a?(String) && !id.empty?

      raise Error, "Invalid user data #{user_data.inspect}"
    end
  end
end
