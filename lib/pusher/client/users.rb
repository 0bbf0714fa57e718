# frozen_string_literal: true

# Requests about signed-in users.

require "uri"
require_relative "../errors"

module Pusher
  class Client
    # The start of the names of the channels of signed-in users.
    USER_CHANNEL_PREFIX = "#server-to-user-"
    private_constant :USER_CHANNEL_PREFIX

    # Triggers an event on all connections of a signed-in user.
    #
    # @example
    #   pusher.send_to_user("1", "my-event", { message: "hello" })
    #
    # @param user_id [String, Integer] the `:id` passed to {#authenticate_user}
    # @param event_name [String]
    # @param data [Object] a String as it is, anything else as JSON
    # @return [Hash] the reply
    # @raise [Pusher::Error] for an empty user id, and like {#trigger}
    # @see https://pusher.com/docs/channels/server_api/server-to-user-messages/
    def send_to_user(user_id, event_name, data)
      trigger(user_channel(user_id), event_name, data)
    end

    # Triggers an event on all connections of a signed-in user, in the background.
    #
    # @param user_id [String, Integer] as for {#send_to_user}
    # @param event_name [String]
    # @param data [Object] a String as it is, anything else as JSON
    # @return [EventMachine::DefaultDeferrable, Internal::Async::AsyncRequest]
    # @raise [Pusher::Error] for an empty user id, and like {#trigger_async}
    # @see #trigger_async
    def send_to_user_async(user_id, event_name, data)
      trigger_async(user_channel(user_id), event_name, data)
    end

    # Closes all connections of a signed-in user.
    #
    # @param user_id [String, Integer] the `:id` passed to {#authenticate_user}
    # @return [Hash] the reply
    # @raise [Pusher::Error] for an empty user id, and like {#post}
    # @see https://pusher.com/docs/channels/server_api/terminating-user-connections/
    def terminate_user_connections(user_id)
      post(termination_path(user_id), {})
    end

    # Closes all connections of a signed-in user, in the background.
    #
    # @param user_id [String, Integer] as for {#terminate_user_connections}
    # @return [EventMachine::DefaultDeferrable, Internal::Async::AsyncRequest]
    # @raise [Pusher::Error] for an empty user id, and like {#post_async}
    # @see #post_async
    def terminate_user_connections_async(user_id)
      post_async(termination_path(user_id), {})
    end

    private

    def user_channel(user_id)
      validate_user_id(user_id)
      "#{USER_CHANNEL_PREFIX}#{user_id}"
    end

    def termination_path(user_id)
      validate_user_id(user_id)
      "/users/#{path_segment(user_id)}/terminate_connections"
    end

    def validate_user_id(user_id)
      return if user_id.is_a?(Integer) || (user_id.is_a?(String) && !user_id.empty?)

      raise Error, "Invalid user id #{user_id.inspect}"
    end

    # Users may choose their ids. An id must not change the resource of the request.
    def path_segment(user_id)
      raise Error, "Invalid user id #{user_id.inspect}" if [".", ".."].include?(user_id)

      ::URI.encode_www_form_component(user_id).gsub("+", "%20")
    end
  end
end
