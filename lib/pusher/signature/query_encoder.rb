# frozen_string_literal: true

module Pusher
  module Signature
    # Encodes parameters for a url, and for the string to sign.
    #
    # @example
    #   Pusher::Signature::QueryEncoder.encode_param("info", "a b") # => "info=a+b"
    class QueryEncoder
      # Bytes that are percent-encoded in a url. A space becomes +.
      ESCAPED = /[^A-Za-z0-9_.\- ]/n
      private_constant :ESCAPED

      class << self
        # @param key [String, Symbol]
        # @param value [Object] nil is written as `""`, an Array element by element, anything else by `to_s`
        # @return [String] `key=value` for the query of a url, percent-encoded as UTF-8
        def encode_param(key, value)
          pairs(key, value) { |text| escape(text) }
        end

        # @param key [String, Symbol]
        # @param value [Object] as for {encode_param}
        # @return [String] `key=value` for the string to sign
        def encode_param_without_escaping(key, value)
          pairs(key, value, &:to_s)
        end

        private

        def pairs(key, value)
          return "#{yield key}=#{yield value}" unless value.is_a?(Array)

          value.map { |element| "#{yield key}[]=#{yield element}" }.join("&")
        end

        def escape(value)
          text = value.to_s
          text = text.encode(Encoding::UTF_8) unless text.encoding == Encoding::BINARY
          text.b.gsub(ESCAPED) { |byte| format("%%%02X", byte.ord) }.tr(" ", "+").force_encoding(Encoding::UTF_8)
        end
      end
    end
  end
end
