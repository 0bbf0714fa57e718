# frozen_string_literal: true

require_relative "native"

module Pusher
  module Internal
    # The parameters of a signature. {Request} does not use {Signature::Request}, because the pusher-signature gem
    # replaces that class if it is loaded.
    # @api private
    module Signing
      # The version of the signature scheme.
      VERSION = "1.0"

      module_function

      # @raise [ArgumentError] for a path or parameters of another type
      def check(path, query)
        raise ArgumentError, "Expected string" unless path.is_a?(String)
        raise ArgumentError, "Expected hash" unless query.is_a?(Hash)
      end

      # @param query [Hash]
      # @return [Array<Hash{String => Object}>] the parameters, and the parameters of a signature; names in lowercase
      def split(query)
        lowercased = query.transform_keys { |name| name.to_s.downcase }
        lowercased.partition { |name, _| !name.start_with?("auth_") }.map(&:to_h)
      end

      # Unlike a block of a {Request}, it refers to nothing else. It stays in memory while a request is queued.
      #
      # @return [Proc] returns the query of a request, signed with the current time
      def later(verb, path, params, body, token)
        -> { Native.signed_query(verb, path, params, body, token.key, token.secret, Time.now.to_i) }
      end

      # @return [Boolean] whether a signature certainly can be computed
      def certain?(path, params, token)
        params.empty? && path.ascii_only? && token.key.is_a?(String) && token.secret.is_a?(String)
      end

      # @param verb [String] in uppercase
      # @param path [String]
      # @param params [Hash{String => Object}] the parameters without those of a signature
      # @param token [#key, #secret]
      # @return [Hash{Symbol => String}] the parameters of a signature with the current time
      def sign(verb, path, params, token)
        auth = { auth_version: VERSION, auth_key: token.key, auth_timestamp: Time.now.to_i.to_s }
        signature = Native.sign(token.secret, Native.string_to_sign(verb, path, params.merge(auth)))
        auth.merge(auth_signature: signature)
      end
    end
  end
end
