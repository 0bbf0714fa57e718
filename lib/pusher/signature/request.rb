# frozen_string_literal: true

require "time"
require_relative "../native"
require_relative "../signing"
require_relative "authentication_error"

module Pusher
  module Signature
    # A request to sign or verify.
    #
    # @example Sign, then verify, as a server does
    #   token = Pusher::Signature::Token.new("my-key", "my-secret")
    #   request = Pusher::Signature::Request.new("GET", "/apps/3/channels", {})
    #   request.sign(token)
    #
    #   received = Pusher::Signature::Request.new("GET", "/apps/3/channels", request.signed_params)
    #   received.authenticate_by_token(token) # => true
    class Request
      # The version of the signature scheme.
      VERSION = Internal::Signing::VERSION

      # @return [String]
      attr_accessor :path
      # @return [Hash{String => Object}] the parameters without those of the signature, with lowercase keys
      attr_accessor :query_hash

      # @param method [String] the HTTP method
      # @param path [String]
      # @param query [Hash] the parameters, including those of a signature
      # @raise [ArgumentError] for other types
      def initialize(method, path, query)
        Internal::Signing.check(path, query)
        @method = method.to_s.upcase
        @path = path
        @query_hash, auth = Internal::Signing.split(query)
        @auth_hash = auth.transform_keys(&:to_sym)
      end

      # @return [Hash{Symbol => String}] the parameters of the signature
      # @raise [RuntimeError] if the request is not signed
      def auth_hash
        raise "Request not signed" unless @auth_hash[:auth_signature]

        @auth_hash
      end

      # Signs the request with the current time.
      #
      # @param token [Token]
      # @return [Hash{Symbol => String}] the parameters of the signature
      def sign(token)
        @auth_hash = Internal::Signing.sign(@method, path, query_hash, token)
      end

      # @return [Hash] all parameters of the signed request: lowercased String keys, and the Symbols `:auth_…`
      # @raise [RuntimeError] if the request is not signed
      def signed_params
        query_hash.merge(auth_hash)
      end

      # Verifies the signature with a token.
      #
      # @param token [Token]
      # @param timestamp_grace [Integer, nil] the allowed clock difference in seconds; nil skips the check
      # @return [true]
      # @raise [AuthenticationError]
      def authenticate_by_token!(token, timestamp_grace = 600)
        raise "Provided token is missing secret" if token.secret.to_s.empty?

        validate_version!
        validate_timestamp!(timestamp_grace)
        validate_signature!(token)
        true
      end

      # @param token [Token]
      # @param timestamp_grace [Integer, nil]
      # @return [Boolean] false if {#authenticate_by_token!} raises an AuthenticationError
      def authenticate_by_token(token, timestamp_grace = 600)
        authenticate_by_token!(token, timestamp_grace)
      rescue AuthenticationError
        false
      end

      # Verifies the signature with the token that the block returns for the key of the request.
      #
      # @param timestamp_grace [Integer, nil]
      # @yieldparam key [String]
      # @yieldreturn [Token, nil]
      # @return [Token]
      # @raise [AuthenticationError]
      # @raise [ArgumentError] without a block
      def authenticate(timestamp_grace = 600)
        raise ArgumentError, "Block required" unless block_given?

        key = @auth_hash[:auth_key]
        raise AuthenticationError, "Missing parameter: auth_key" unless key

        token = yield key
        raise AuthenticationError, "Unknown auth_key" unless token

        authenticate_by_token!(token, timestamp_grace)
        token
      end

      # Like {#authenticate} for tokens that are looked up asynchronously in an EventMachine reactor.
      #
      # @param timestamp_grace [Integer, nil]
      # @yieldparam key [String]
      # @yieldreturn [EventMachine::Deferrable, Token, nil] a deferrable whose callbacks get the token, or the token
      # @return [EventMachine::DefaultDeferrable] callbacks get the token, errbacks an AuthenticationError
      # @raise [ArgumentError] without a block
      def authenticate_async(timestamp_grace = 600)
        raise ArgumentError, "Block required" unless block_given?

        require "eventmachine"
        outcome = ::EventMachine::DefaultDeferrable.new
        key = @auth_hash[:auth_key]
        return fail_authentication(outcome, "Missing parameter: auth_key") unless key

        token = yield key
        return settle_authentication(outcome, token, timestamp_grace) unless token.respond_to?(:callback)

        token.callback { |found| settle_authentication(outcome, found, timestamp_grace) }
        token.errback { fail_authentication(outcome, "Unknown auth_key") }
        outcome
      end

      # @return [String] without the signature
      def inspect
        "#<#{self.class} #{@method} #{path}>"
      end

      private

      def settle_authentication(outcome, token, timestamp_grace)
        outcome.succeed(authenticate(timestamp_grace) { token })
        outcome
      rescue AuthenticationError => e
        outcome.fail(e)
        outcome
      end

      def fail_authentication(outcome, message)
        outcome.fail(AuthenticationError.new(message))
        outcome
      end

      def string_to_sign
        Internal::Native.string_to_sign(@method, @path, query_hash.merge(@auth_hash))
      end

      def validate_version!
        version = @auth_hash[:auth_version]
        raise AuthenticationError, "Version required" unless version
        raise AuthenticationError, "Version not supported" unless version == VERSION
      end

      def validate_timestamp!(grace)
        return if grace.nil?

        timestamp = @auth_hash[:auth_timestamp]
        raise AuthenticationError, "Timestamp required" unless timestamp
        return if (timestamp.to_i - Time.now.to_i).abs < grace

        raise AuthenticationError, "Timestamp expired: Given timestamp (#{Time.at(timestamp.to_i).utc.iso8601}) " \
                                   "not within #{grace}s of server time (#{Time.now.utc.iso8601})"
      end

      def validate_signature!(token)
        given = @auth_hash[:auth_signature]
        return if Internal::Native.signature?(token.secret, string_to_sign, given.to_s)

        raise AuthenticationError, "Invalid signature: you should have sent HmacSHA256Hex(" \
                                   "#{string_to_sign.inspect}, your_secret_key), but you sent #{given.inspect}"
      end
    end
  end
end
