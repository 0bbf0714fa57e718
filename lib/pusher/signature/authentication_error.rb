# frozen_string_literal: true

module Pusher
  module Signature
    # A request is not signed as it should be.
    class AuthenticationError < RuntimeError; end
  end
end
