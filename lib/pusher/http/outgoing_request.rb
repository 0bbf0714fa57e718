# frozen_string_literal: true

require_relative "../native"
require_relative "transport_failure"

module Pusher
  module Internal
    module HTTP
      # A request on its way to the transport, as middleware sees it.
      # @api private
      class OutgoingRequest
        # The path of requests that publish events.
        PUBLISHING = %r{/(?:events|batch_events)\z}
        private_constant :PUBLISHING

        # A reply that was not received from a server.
        #
        # @param status [Integer]
        # @param body [String]
        # @param headers [Hash{String => String, Array<String>}]
        # @return [Reply]
        # @raise [ArgumentError] for an invalid header
        def self.reply(status, body = "", headers = {})
          fields = headers.flat_map { |name, values| Array(values).map { |value| [name.to_s, value.to_s] } }
          Native.reply(status, fields, body)
        end

        # Marks an error as a failure of the transport. Callers of the client get it as the cause of an {HTTPError}.
        #
        # @param error [StandardError]
        # @return [StandardError] the same
        def self.failure(error)
          TransportFailure.mark(error)
        end

        # @return [Client, nil] the HTTP client that sends it; nil after {#release}
        attr_reader :http_client
        # @return [Symbol] `:get`, `:post` …
        attr_reader :verb
        # @return [String] absolute, with the signed query
        attr_reader :url
        # @return [String, nil]
        attr_reader :body
        # @return [Hash{String => String}] header fields, the transport's own included
        attr_reader :headers

        # @param http_client [Client]
        # @param verb [Symbol, String]
        # @param uri [String, URI] absolute
        # @param query [Hash, String, nil] parameters, appended to the query of the uri
        # @param body [String, nil]
        # @param headers [Hash]
        # @raise [ArgumentError] for a request that cannot be sent
        def initialize(http_client, verb, uri, query, body, headers) # rubocop:disable Metrics/ParameterLists -- a request's
          @http_client = http_client
          @verb = verb.to_s.downcase.to_sym
          @url, @headers = Native.describe_request(verb, uri, query, body, headers)
          @body = body
        end

        # @return [Pusher::Client, nil] the client that made the request; nil where the HTTP client is used alone
        def client
          http_client&.__send__(:client)
        end

        # Forgets the HTTP client, so that its connections are closed when nothing else refers to it.
        #
        # @return [void]
        def release
          @http_client = nil
        end

        # @return [String] the path of the url, without the query
        def path
          @path ||= url[%r{\A[^:]+://[^/?]*([^?]*)}, 1].to_s
        end

        # The events in the body, each with `"name"`, `"data"` and `"channels"`, or `"channel"` in a batch.
        #
        # @return [Array<Hash>] empty for a request that publishes nothing
        def events
          @events ||= parse_events
        end

        # What may be logged or reported: neither the signature nor any data.
        #
        # @return [Hash] `:verb`, `:path`, `:channels` (Array), `:event` (the name, or an Array of names for a batch)
        def facts
          names = events.map { |event| event["name"] }.uniq
          channels = events.flat_map { |event| event["channels"] || event["channel"] }.compact.uniq
          { verb:, path:, channels:, event: names.size > 1 ? names : names.first }
        end

        # @return [String] without the query, which holds the signature
        def inspect
          "#<#{self.class} #{verb} #{path}>"
        end

        private

        def parse_events
          return [] unless verb == :post && body && PUBLISHING.match?(path)

          content = Json.load_published(body) { return [] }
          content = content["batch"] || [content] if content.is_a?(Hash)
          Array(content).grep(Hash)
        end
      end
    end
  end
end
