# frozen_string_literal: true

require_relative "request"

module Pusher
  # A resource of the HTTP API.
  #
  # @example
  #   pusher.resource("/channels").get({ filter_by_prefix: "presence-" })
  class Resource
    NO_PARAMS = {}.freeze
    private_constant :NO_PARAMS

    # @param client [Client]
    # @param path [String] below `/apps/APP_ID`
    def initialize(client, path)
      @client = client
      @path = path
    end

    # @param params [Hash] query parameters
    # @return [Hash, true] the parsed reply
    # @raise [Pusher::Error]
    def get(params)
      create_request(:get, params).send_sync
    end

    # @param params [Hash] the body, sent as JSON
    # @return [Hash, true] the parsed reply
    # @raise [Pusher::Error]
    def post(params)
      create_request(:post, NO_PARAMS, Internal::Json.encode(params)).send_sync
    end

    # Like {#get}, in the background.
    #
    # @param params [Hash] query parameters
    # @return [EventMachine::DefaultDeferrable, Internal::Async::AsyncRequest]
    # @raise [Pusher::Error] for a request that cannot be sent
    # @see Client#get_async
    def get_async(params)
      create_request(:get, params).send_async
    end

    # Like {#post}, in the background.
    #
    # @param params [Hash] the body, sent as JSON
    # @return [EventMachine::DefaultDeferrable, Internal::Async::AsyncRequest]
    # @raise [Pusher::Error] for a request that cannot be sent
    # @see Client#post_async
    def post_async(params)
      create_request(:post, NO_PARAMS, Internal::Json.encode(params)).send_async
    end

    private

    def create_request(verb, params, body = nil)
      Request.new(@client, verb, @client.url(@path), params, body)
    end
  end
end
