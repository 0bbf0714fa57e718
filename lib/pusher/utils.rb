# frozen_string_literal: true

require_relative "errors"
require_relative "native"

module Pusher
  # Methods of {Client} and {Channel} for authorising sockets.
  #
  # @example
  #   pusher.validate_socket_id("1234.5678") # => "1234.5678"
  module Utils
    # @param socket_id [String]
    # @return [String] the socket id
    # @raise [Pusher::Error] unless it is two groups of digits with a dot between them
    def validate_socket_id(socket_id)
      return socket_id if Internal::Native.socket_id?(socket_id)

      raise Error, "Invalid socket ID #{socket_id.inspect}"
    end

    # Signs a string and prepends the key.
    #
    # @param socket_id [String]
    # @param string_to_sign [String]
    # @param token [Pusher::Signature::Token]
    # @param custom_string [String, nil] the custom part of the string to sign; only checked here
    # @return [String] `KEY:SIGNATURE`
    # @raise [Pusher::Error] for an invalid socket id, and unless custom_string is a String or nil
    def _authentication_string(socket_id, string_to_sign, token, custom_string = nil)
      validate_socket_id(socket_id)
      raise Error, "Custom argument must be a string" unless custom_string.nil? || custom_string.is_a?(String)

      Pusher.logger.debug("Signing #{string_to_sign}")
      Internal::Native.authentication_string(token.key, token.secret, string_to_sign)
    end
  end
end
