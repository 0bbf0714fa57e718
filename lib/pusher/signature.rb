# frozen_string_literal: true

require_relative "signature/authentication_error"
require_relative "signature/query_encoder"
require_relative "signature/request"
require_relative "signature/token"

module Pusher
  # Signs and verifies requests to the HTTP API, for clients, servers and test doubles.
  #
  # @example
  #   token = Pusher::Signature::Token.new("my-key", "my-secret")
  #   Pusher::Signature::Request.new("GET", "/apps/3/channels", { "info" => "user_count" }).sign(token)
  module Signature
    # Loaded on first use: if the pusher-signature gem is loaded later, it defines its own VERSION without a warning.
    autoload :VERSION, File.join(__dir__, "signature/version")
  end
end
