# frozen_string_literal: true

require "json"

module ChannelsApi
  # A request as it was received: its bytes, its parts and the number of its connection.
  class Request
    attr_reader :verb, :target, :headers, :body, :raw, :connection, :segments

    # `headers` are [name, value] pairs in their order; `segments` are the sizes of the reads.
    def initialize(verb:, target:, headers:, body:, raw:, connection:, segments:) # rubocop:disable Metrics/ParameterLists
      @verb = verb
      @target = target
      @headers = headers
      @body = body
      @raw = raw
      @connection = connection
      @segments = segments
    end

    def path
      target.split("?", 2).first
    end

    def query
      @query ||= Query.new(target.split("?", 2)[1])
    end

    def params
      query.params
    end

    # The value of the header, or nil.
    def [](name)
      headers.find { |other, _| other.casecmp?(name) }&.last
    end

    # The body's JSON.
    def json
      @json ||= JSON.parse(body.dup.force_encoding(Encoding::UTF_8))
    end

    def close?
      self["Connection"].to_s.downcase == "close"
    end
  end
end
