# frozen_string_literal: true

require_relative "native"

module Pusher
  module Internal
    # What signing a request adds to it. {Request} asks this rather than {Signature::Request}, which another library may
    # define anew: the pusher-signature gem has classes of the same names.
    # @api private
    module Signing
      # The version of the signature scheme.
      VERSION = "1.0"

      module_function

      # @raise [ArgumentError] for what is no path, or no parameters
      def check(path, query)
        raise ArgumentError, "Expected string" unless path.is_a?(String)
        raise ArgumentError, "Expected hash" unless query.is_a?(Hash)
      end

      # @param query [Hash]
      # @return [Array<Hash{String => Object}>] the parameters, and those of a signature; names lowercased
      def split(query)
        query.transform_keys do |name|
          name.to_s.downcase
        end.partition { |name, _| !name.start_with?("auth_") }.map(&:to_h)
      end

      # @param verb [String] in capitals
      # @param path [String]
      # @param params [Hash{String => Object}] without those of a signature
      # @param token [#key, #secret]
      # @return [Hash{Symbol => String}] the parameters of the signature, by the clock's time
      def sign(verb, path, params, token)
        auth = { auth_version: VERSION, auth_key: token.key, auth_timestamp: Time.now.to_i.to_s }
        signature = Native.sign(token.secret, Native.string_to_sign(verb, path, params.merge(auth)))
        auth.merge(auth_signature: signature)
      end
    end
  end
end
