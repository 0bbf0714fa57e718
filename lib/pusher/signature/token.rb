# frozen_string_literal: true

module Pusher
  module Signature
    # A key with its secret.
    #
    # @example
    #   Pusher::Signature::Token.new("my-key", "my-secret").key # => "my-key"
    class Token
      # @return [String]
      attr_reader :key
      # @return [String]
      attr_reader :secret

      # @param key [String]
      # @param secret [String]
      def initialize(key, secret)
        @key = key
        @secret = secret
      end

      # @param request [Request]
      # @return [Hash] the parameters of the signature
      def sign(request)
        request.sign(self)
      end

      # @return [String] without the secret
      def inspect
        "#<#{self.class} key=#{key.inspect}>"
      end
    end
  end
end
