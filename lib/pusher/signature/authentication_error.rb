# frozen_string_literal: true

module Pusher
  module Signature
    # The signature of a request is missing, invalid or expired.
    class AuthenticationError < RuntimeError; end
  end
end
