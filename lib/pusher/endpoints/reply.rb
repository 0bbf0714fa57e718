# frozen_string_literal: true

require_relative "../json"

module Pusher
  module Internal
    module Endpoints
      # The reply of an endpoint, with a body of JSON.
      class Reply
        # @return [Integer]
        attr_reader :status
        # @return [Hash{String => String}] the names are lowercase, as Rack 3 requires
        attr_reader :headers
        # @return [String] JSON; empty for a HEAD request
        attr_reader :body

        # @api private
        # @param refusal [Refusal]
        # @param has_body [Boolean] false for a HEAD request
        # @return [Reply]
        def self.refused(refusal, has_body:)
          new(refusal.status, { error: refusal.message }, refusal.headers, has_body:)
        end

        # @api private
        # @param status [Integer]
        # @param object [Object] the body
        # @param headers [Hash{String => String}] additional headers
        # @param has_body [Boolean] false for a HEAD request
        def initialize(status, object, headers = {}, has_body: true)
          json = Json.encode(object)
          @status = status
          @body = has_body ? json : ""
          @headers = {
            "content-type" => "application/json",
            "content-length" => json.bytesize.to_s,
            "cache-control" => "no-store",
            "x-content-type-options" => "nosniff",
            **headers
          }
        end

        # @return [Array(Integer, Hash, Array<String>)] the reply as a Rack application returns it
        def to_rack
          [status, headers.dup, body.empty? ? [] : [body]]
        end

        # @return [String] without the body, which contains a signature
        def inspect = "#<#{self.class} status=#{status}>"
      end
    end
  end
end
