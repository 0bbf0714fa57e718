# frozen_string_literal: true

# Sends requests to any resource of the HTTP API.

require_relative "../http/client"
require_relative "../resource"

module Pusher
  class Client
    # Reads a resource of the HTTP API.
    #
    # @example
    #   pusher.get("/channels", { filter_by_prefix: "private-" })
    #
    # @param path [String] below `/apps/APP_ID`, such as `"/channels"`
    # @param params [Hash] query parameters; an Array becomes `key[]=…` for each of its elements
    # @return [Hash] the reply, its first-level keys Symbols
    # @raise [Pusher::Error] when the server refuses the request
    # @raise [Pusher::ConfigurationError] for missing credentials
    # @raise [Pusher::HTTPError] without a reply, or with one that cannot be parsed
    def get(path, params = {})
      resource(path).get(params)
    end

    # Writes to a resource of the HTTP API.
    #
    # @example
    #   pusher.post("/events", { name: "my-event", channels: ["my-channel"], data: "hello" })
    #
    # @param path [String] below `/apps/APP_ID`, such as `"/events"`
    # @param params [Hash] the body, sent as JSON
    # @return [Hash, true] the reply, its first-level keys Symbols; true for an empty 202
    # @raise [Pusher::Error] for params that cannot be encoded, and when the server refuses the request
    # @raise [Pusher::ConfigurationError] for missing credentials
    # @raise [Pusher::HTTPError] without a reply, or with one that cannot be parsed
    def post(path, params = {})
      resource(path).post(params)
    end

    # Reads a resource of the HTTP API in the background.
    #
    # @param path [String] below `/apps/APP_ID`
    # @param params [Hash] query parameters
    # @return [EventMachine::DefaultDeferrable, Internal::Async::AsyncRequest]
    # @raise [Pusher::ConfigurationError] for missing credentials
    # @see #trigger_async
    def get_async(path, params = {})
      resource(path).get_async(params)
    end

    # Writes to a resource of the HTTP API in the background.
    #
    # @param path [String] below `/apps/APP_ID`
    # @param params [Hash] the body, sent as JSON
    # @return [EventMachine::DefaultDeferrable, Internal::Async::AsyncRequest]
    # @raise [Pusher::Error] for params that cannot be encoded
    # @raise [Pusher::ConfigurationError] for missing credentials
    # @see #trigger_async
    def post_async(path, params = {})
      resource(path).post_async(params)
    end

    # @param path [String] below `/apps/APP_ID`
    # @return [Resource]
    def resource(path)
      Resource.new(self, path)
    end

    # The HTTP client of this client, created on first use.
    #
    # @return [Internal::HTTP::Client]
    def sync_http_client
      http = @sync_http_client || make_http_client
      if http.is_a?(Internal::HTTP::Client)
        Internal::Native.configure(http, @connect_timeout, @send_timeout, @receive_timeout, @keep_alive_timeout,
                                   @proxy, @http_proxy)
      end
      http
    end

    private

    def make_http_client
      http = Internal::HTTP::Client.new
      http.__send__(:client=, self)
      # Another thread may have created one meanwhile.
      @sync_http_client ||= http # rubocop:disable Naming/MemoizedInstanceVariableName
    end
  end
end
