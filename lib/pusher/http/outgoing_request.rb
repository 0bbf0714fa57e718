# frozen_string_literal: true

require_relative "../native"
require_relative "middleware_request"
require_relative "published_events"
require_relative "transport_failure"

module Pusher
  module Internal
    module HTTP
      # One attempt to send a request, as the transport and the middleware of this gem see it. The middleware of the
      # application sees a {MiddlewareRequest}.
      # @api private
      class OutgoingRequest
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

        # @param http_client [Client]
        # @param verb [Symbol, String]
        # @param uri [String, URI] absolute
        # @param query [Hash, String, nil] parameters, appended to the query of the uri
        # @param body [String, nil]
        # @param headers [Hash]
        # @return [OutgoingRequest]
        # @raise [ArgumentError] for a request that cannot be sent
        def self.of(http_client, verb, uri, query, body, headers) # rubocop:disable Metrics/ParameterLists -- a request's
          url, headers = Native.describe_request(verb, uri, query, body, headers)
          new(http_client, verb, url, body, headers, is_described: true)
        end

        # A request that is signed when it is sent. Active middleware sees it now, signed, and may refuse it.
        #
        # @param http_client [Client, Object] or a stand-in for it
        # @param verb [Symbol, String]
        # @param url [String] absolute
        # @param body [String, nil]
        # @param headers [Hash]
        # @yieldreturn [Hash, String] the query of the signature
        # @return [OutgoingRequest]
        # @raise [ArgumentError] for a request that cannot be sent
        def self.signed_later(http_client, verb, url, body, headers)
          if http_client.is_a?(Client) && !Middleware.active?(http_client)
            http_client.__send__(:native_check, verb, url, nil, body, headers)
            return new(http_client, verb, url, body, headers)
          end

          of(http_client, verb, url, yield, body, headers).tap do |request|
            Middleware.preflight(request)
            request.url = url
          end
        end

        # @return [Client, nil] the HTTP client that sends it; nil after {#release}
        attr_reader :http_client
        # @return [Symbol] `:get`, `:post` …
        attr_reader :verb
        # @return [String] absolute, with the signed query; while it is queued, without the query of its signature
        attr_accessor :url
        # @return [String, nil]
        attr_reader :body
        # @return [Hash] header fields, perhaps without the transport's own
        attr_reader :given_headers

        # @param is_described [Boolean] whether the header fields include the transport's own
        def initialize(http_client, verb, url, body, headers, is_described: false) # rubocop:disable Metrics/ParameterLists -- a request's
          @http_client = http_client
          @verb = verb.to_s.downcase.to_sym
          @url = url
          @body = body
          @given_headers = headers
          @headers = headers if is_described
        end

        # The {MiddlewareRequest} that the middleware of the application has already received.
        attr_writer :view

        # @return [MiddlewareRequest] the request as the middleware of the application sees it
        def view
          @view ||= MiddlewareRequest.of(self)
        end

        # @return [Float, nil] seconds that are left for this attempt; nil without a limit
        def seconds_left = @view&.__send__(:seconds_left)

        # @return [Hash{String => String}] header fields, with the transport's own and those that middleware has added
        def headers
          @headers ||= Native.describe_request(verb, url, nil, body, given_headers).last
          @view ? @headers.merge(@view.headers.__send__(:added)) : @headers
        end

        # @return [Pusher::Client, nil] the client that made the request; nil if the HTTP client is used alone
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
          @events ||= PublishedEvents.in(verb, path, body)
        end

        # What may be logged or reported: neither the signature nor any data.
        #
        # @return [Hash] `:verb`, `:path`, `:channels` (Array), `:event` (the name, or an Array of names for a batch)
        def facts
          names = PublishedEvents.names(events)
          { verb:, path:, channels: PublishedEvents.channels(events), event: names.size > 1 ? names : names.first }
        end

        # @return [String] without the query, which holds the signature
        def inspect
          "#<#{self.class} #{verb} #{path}>"
        end
      end
    end
  end
end
