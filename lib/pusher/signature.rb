# frozen_string_literal: true

require_relative "signature/authentication_error"
require_relative "signature/query_encoder"
require_relative "signature/request"
require_relative "signature/token"

module Pusher
  # Signing and verifying of requests to the HTTP API, for clients, servers and test doubles.
  module Signature
    # Loaded when it is asked for: where the pusher-signature gem comes later, it defines its own without a warning.
    autoload :VERSION, File.join(__dir__, "signature/version")
  end
end
