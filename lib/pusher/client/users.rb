# frozen_string_literal: true

require_relative "../errors"

module Pusher
  # What concerns signed-in users, on whatever channels they are.
  class Client
    # Triggers an event for a user who has signed in, on all of the user's connections.
    #
    # @param user_id [String, Integer] the `id` that {#authenticate_user} was given
    # @param event_name [String]
    # @param data [Object] a String as it is, anything else as JSON
    # @return [Hash] the reply
    # @raise [Pusher::Error] for an empty user id, and as {#trigger}
    # @see https://pusher.com/docs/channels/server_api/server-to-user-messages/
    def send_to_user(user_id, event_name, data)
      validate_user_id(user_id)
      trigger("#server-to-user-#{user_id}", event_name, data)
    end

    # Closes all connections of a user who has signed in.
    #
    # @param user_id [String, Integer] the `id` that {#authenticate_user} was given
    # @return [Hash] the reply
    # @raise [Pusher::Error] for an empty user id, and as {#post}
    # @see https://pusher.com/docs/channels/server_api/terminating-user-connections/
    def terminate_user_connections(user_id)
      validate_user_id(user_id)
      post("/users/#{path_segment(user_id)}/terminate_connections", {})
    end

    private

    def validate_user_id(user_id)
      return if user_id.is_a?(Integer) || (user_id.is_a?(String) && !user_id.empty?)

      raise Error, "Invalid user id #{user_id.inspect}"
    end

    # An id is a name that users may have chosen: it must not lead to another resource.
    def path_segment(user_id)
      raise Error, "Invalid user id #{user_id.inspect}" if [".", ".."].include?(user_id)

      ::URI.encode_www_form_component(user_id).gsub("+", "%20")
    end
  end
end
