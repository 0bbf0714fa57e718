# frozen_string_literal: true

module Pusher
  module Signature
    # The signature of a request is missing, invalid or expired.
    #
    # @example
    #   token = Pusher::Signature::Token.new("my-key", "my-secret")
    #   begin
    #     Pusher::Signature::Request.new("GET", "/", {}).authenticate_by_token!(token)
    #   rescue Pusher::Signature::AuthenticationError => e
    #     e.message # => "Version required"
    #   end
    class AuthenticationError < RuntimeError; end
  end
end
