# frozen_string_literal: true

require "uri"

module Pusher
  module Testing
    # A request recorded by the test mode, with its outcome.
    #
    # @example
    #   require "pusher/testing"
    #
    #   Pusher::Testing.fake! do
    #     Pusher.channels({ info: "user_count" })
    #     Pusher::Testing.requests.last.params # => { "info" => "user_count" }
    #   end
    class Request
      # @return [Symbol] `:get` or `:post`
      attr_reader :verb
      # @return [String] the path below `/apps/APP_ID`, such as `"/channels"`
      attr_reader :path
      # @return [Hash{String => String, Array<String>}] the query parameters, without those of the signature
      attr_reader :params
      # @return [String, nil] the body as it was sent
      attr_reader :body
      # @return [Array<Event>] the events in the body
      attr_reader :events
      # @return [Client, nil] the client that made the request; nil if the HTTP client is used alone
      attr_reader :client
      # @return [Integer, nil] the status of the reply; nil without a reply
      attr_reader :status
      # @return [Exception, nil] the error that was raised in place of a reply
      attr_reader :error

      SIGNING = %w[auth_key auth_timestamp auth_version auth_signature body_md5].freeze
      private_constant :SIGNING

      # @api private
      # @param outgoing_request [Internal::HTTP::OutgoingRequest]
      def initialize(outgoing_request)
        @verb = outgoing_request.verb
        @path = outgoing_request.path.sub(%r{\A/apps/[^/]+}, "")
        @params = parse(outgoing_request.url[/\?(.*)/m, 1].to_s).freeze
        @body = outgoing_request.body.dup.freeze
        @client = outgoing_request.client
        @events = outgoing_request.events.map { |event| Event.new(event, client) }.freeze
      end

      # @api private
      # @return [Request] self
      def replied(status)
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

      # @return [String] without the body and the parameters
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
