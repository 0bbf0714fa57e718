# frozen_string_literal: true

require_relative "native"
require_relative "transport_failure"

module Pusher
  # A request on its way to the transport, as the layers of the {Seam} see it.
  # @api private
  class Exchange
    # @return [HttpClient] what sends it
    attr_reader :http_client
    # @return [Symbol] `:get`, `:post` …
    attr_reader :verb
    # @return [String] absolute, with the signed query
    attr_reader :url
    # @return [String, nil]
    attr_reader :body
    # @return [Hash{String => String}] header fields, the transport's own among them
    attr_reader :headers

    # @param http_client [HttpClient]
    # @param verb [Symbol, String]
    # @param uri [String, URI] absolute
    # @param query [Hash, String, nil] parameters, added to the uri's own
    # @param body [String, nil]
    # @param headers [Hash]
    # @raise [ArgumentError] for what could not be sent
    def initialize(http_client, verb, uri, query, body, headers) # rubocop:disable Metrics/ParameterLists -- a request's
      @http_client = http_client
      @verb = verb.to_s.downcase.to_sym
      @url, @headers = Native.visible(verb, uri, query, body, headers)
      @body = body
    end

    # @return [Client, nil] whose request it is, where it is a client's
    def client
      http_client.__send__(:client)
    end

    # @return [String] the url's path, without the query
    def path
      @path ||= url[%r{\A[^:]+://[^/?]*([^?]*)}, 1].to_s
    end

    # The events that are published, as the body has them: each with `"name"`, `"data"`, and `"channels"`, or
    # `"channel"` in a batch.
    #
    # @return [Array<Hash>] none where nothing is published
    def events
      @events ||= parse_events
    end

    # What may be told of the request: nothing of its signature, nor of the data it carries.
    #
    # @return [Hash] `:verb`, `:path`, `:channels` (Array), `:event` (the name, or an Array of a batch's names)
    def facts
      names = events.map { |event| event["name"] }.uniq
      channels = events.flat_map { |event| event["channels"] || event["channel"] }.compact.uniq
      { verb:, path:, channels:, event: names.size > 1 ? names : names.first }
    end

    # @return [String] without the query, which is signed
    def inspect
      "#<#{self.class} #{verb} #{path}>"
    end

    # A reply that no server gave.
    #
    # @param status [Integer]
    # @param body [String]
    # @param headers [Hash{String => String, Array<String>}]
    # @return [Reply]
    def self.reply(status, body = "", headers = {})
      fields = headers.flat_map { |name, values| Array(values).map { |value| [name.to_s, value.to_s] } }
      Native.reply(status, fields, body)
    end

    # Marks an error that stands for a failure of the transport: where it is raised, callers get an {HTTPError}.
    #
    # @param error [StandardError]
    # @return [StandardError] the same
    def self.failure(error)
      Internal::TransportFailure.mark(error)
    end

    private

    PUBLISHING = %r{/(?:events|batch_events)\z}
    private_constant :PUBLISHING

    def parse_events
      return [] unless verb == :post && body && PUBLISHING.match?(path)

      content = Json.load_published(body) { return [] }
      content = content["batch"] || [content] if content.is_a?(Hash)
      Array(content).grep(Hash)
    end
  end
  private_constant :Exchange
end
