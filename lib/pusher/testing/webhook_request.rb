# frozen_string_literal: true

require "stringio"

module Pusher
  module Testing
    # A signed webhook as the service sends it, for {Client#webhook} and for specs of the controller that receives it.
    #
    # @example
    #   require "pusher/testing"
    #
    #   hook = Pusher::Testing.webhook_request({ name: "channel_occupied", channel: "my-channel" })
    #   Pusher.webhook(hook).valid? # => true
    class WebhookRequest
      # @return [String] the body, as JSON
      attr_reader :body
      # @return [Hash{String => String}] `Content-Type`, `X-Pusher-Key` and `X-Pusher-Signature`
      attr_reader :headers

      # @api private
      # @param events [Array<Hash>, Hash]
      # @param client [Client, Module]
      # @param time [Time]
      def initialize(events, client, time)
        token = client.authentication_token
        events = [events] if events.is_a?(Hash)
        @body = Internal::Json.encode({ time_ms: (time.to_time.to_r * 1000).to_i, events: }).freeze
        @headers = {
          "Content-Type" => "application/json",
          "X-Pusher-Key" => token.key.to_s,
          "X-Pusher-Signature" => Internal::Native.webhook_signature(token.secret, body)
        }.freeze
      end

      # @return [String]
      def content_type = headers["Content-Type"]

      # A Rack environment, as a web server builds it.
      #
      # @param path [String] the path it is posted to, with or without a query
      # @return [Hash] a new Hash at each call
      def env(path = "/")
        head = headers.except("Content-Type").transform_keys { |name| "HTTP_#{name.upcase.tr("-", "_")}" }
        request_env(path).merge(rack_env, head)
      end

      # @return [String] without the body and the signature
      def inspect = "#<#{self.class} key=#{headers["X-Pusher-Key"].inspect}>"

      private

      def request_env(path)
        path, query = path.split("?", 2)
        {
          "REQUEST_METHOD" => "POST", "SCRIPT_NAME" => "", "PATH_INFO" => path, "QUERY_STRING" => query.to_s,
          "SERVER_NAME" => "example.org", "SERVER_PORT" => "443", "SERVER_PROTOCOL" => "HTTP/1.1",
          "HTTP_HOST" => "example.org", "HTTPS" => "on",
          "CONTENT_TYPE" => content_type, "CONTENT_LENGTH" => body.bytesize.to_s
        }
      end

      def rack_env
        {
          "rack.version" => [1, 3], "rack.url_scheme" => "https", "rack.input" => ::StringIO.new(body.b),
          "rack.errors" => $stderr, "rack.multithread" => true, "rack.multiprocess" => true, "rack.run_once" => false,
          "rack.hijack?" => false
        }
      end
    end
  end
end
