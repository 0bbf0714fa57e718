# frozen_string_literal: true

require "uri"

module Pusher
  module Testing
    # A request that stayed in the process, and what came of it.
    class Request
      # @return [Symbol] `:get` or `:post`
      attr_reader :verb
      # @return [String] below `/apps/APP_ID`, such as `"/channels"`
      attr_reader :path
      # @return [Hash{String => String, Array<String>}] of the query, without those that sign it
      attr_reader :params
      # @return [String, nil] as it was sent
      attr_reader :body
      # @return [Array<Event>] what it was to publish
      attr_reader :events
      # @return [Client, nil] what made it
      attr_reader :client
      # @return [Integer, nil] of the reply, where there was one
      attr_reader :status
      # @return [Exception, nil] why there was none
      attr_reader :error

      SIGNING = %w[auth_key auth_timestamp auth_version auth_signature body_md5].freeze
      private_constant :SIGNING

      # @api private
      # @param exchange [Internal::HTTP::OutgoingRequest]
      def initialize(exchange)
        @verb = exchange.verb
        @path = exchange.path.sub(%r{\A/apps/[^/]+}, "")
        @params = parse(exchange.url[/\?(.*)/m, 1].to_s).freeze
        @body = exchange.body.dup.freeze
        @client = exchange.client
        @events = exchange.events.map { |event| Event.new(event, client) }.freeze
      end

      # @api private
      # @return [Request] self
      def answered(status)
        @status = status
        freeze
      end

      # @api private
      # @return [Request] self
      def failed(error)
        @error = error
        freeze
      end

      # @return [Boolean] whether its events were published
      def published? = [200, 202].include?(status)

      # @return [String] without body and params
      def inspect = "#<#{self.class} #{verb} #{path}: #{status || error.class}>"

      private

      def parse(query)
        values = ::URI.decode_www_form(query).group_by(&:first).except(*SIGNING)
        values.to_h do |name, pairs|
          name.end_with?("[]") ? [name.delete_suffix("[]"), pairs.map(&:last)] : [name, pairs.last.last]
        end
      end
    end
  end
end
