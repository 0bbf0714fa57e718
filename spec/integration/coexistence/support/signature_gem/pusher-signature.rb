# frozen_string_literal: true

require "openssl"
require "time"

# Stands in for the pusher-signature gem: another library that defines the same names and is required by the same
# name. It has the same public methods; everything else differs.
module Pusher
  module Signature
    VERSION = "0.0.stand-in"

    class AuthenticationError < RuntimeError; end

    class Token
      def initialize(key, secret)
        @pair = { key:, secret: }
      end

      def key = @pair[:key]

      def secret = @pair[:secret]

      def sign(request) = request.sign(self)
    end

    class Request
      attr_accessor :path, :query_hash

      # Modifies the caller's Hash, and keeps it.
      def initialize(verb, path, query)
        raise ArgumentError, "Expected string" unless path.is_a?(String)
        raise ArgumentError, "Expected hash" unless query.is_a?(Hash)

        @verb = verb.upcase
        @path = path
        @signed = {}
        query.each_key.to_a.each { |name| sort_in(query, name) }
        @query_hash = query
      end

      def sign(token)
        @signed = { auth_version: "1.0", auth_key: token.key, auth_timestamp: Time.now.to_i.to_s }
        @signed[:auth_signature] = signature(token.secret, string_to_sign)
        @signed
      end

      def signed_params
        @query_hash.merge(@signed)
      end

      def auth_hash
        raise "Request not signed" unless @signed[:auth_signature]

        @signed
      end

      def authenticate_by_token!(token, timestamp_grace = 600)
        raise "Provided token is missing secret" unless token.secret

        [validate_version!, validate_timestamp!(timestamp_grace, Time.now), validate_signature!(token.secret)]
          .each { |fault| raise AuthenticationError, fault if fault }
        true
      end

      def authenticate_by_token(token, timestamp_grace = 600)
        authenticate_by_token!(token, timestamp_grace)
      rescue AuthenticationError
        false
      end

      def authenticate(timestamp_grace = 600)
        raise ArgumentError, "Block required" unless block_given?

        token = yield(@signed[:auth_key] || raise(AuthenticationError, "Missing parameter: auth_key"))
        raise AuthenticationError, "Unknown auth_key" unless token

        authenticate_by_token!(token, timestamp_grace)
        token
      end

      private

      def sort_in(query, name)
        value = query.delete(name)
        name = name.to_s.downcase
        name.start_with?("auth_") ? @signed[name.to_sym] = value : query[name] = value
      end

      def signature(secret, text)
        OpenSSL::HMAC.hexdigest("SHA256", secret, text)
      end

      def string_to_sign
        all = @query_hash.merge(@signed.except(:auth_signature)).transform_keys { |name| name.to_s.downcase }
        [@verb, @path, all.sort.map { |name, value| pair(name, value) }.join("&")].join("\n")
      end

      def pair(name, value)
        value.is_a?(Array) ? value.map { |element| "#{name}[]=#{element}" }.join("&") : "#{name}=#{value}"
      end

      # The reason why the signature is invalid, or nil.
      def validate_version!
        "Version not supported" unless @signed[:auth_version] == "1.0"
      end

      def validate_timestamp!(grace, now)
        "Timestamp expired" if grace && (now.to_i - @signed[:auth_timestamp].to_i).abs >= grace
      end

      def validate_signature!(secret)
        "Invalid signature" unless @signed[:auth_signature] == signature(secret, string_to_sign)
      end
    end
  end
end
