# frozen_string_literal: true

require_relative "native"
require_relative "signature"
require_relative "signing"
require_relative "version"

module Pusher
  # One signed request to the HTTP API: the step between {Resource} and {HttpClient#request}.
  class Request
    # The header fields of every request.
    HEADERS = { "X-Pusher-Library" => "pusher-http-ruby #{VERSION}".freeze }.freeze
    # The header fields of requests with a body.
    JSON_HEADERS = HEADERS.merge("Content-Type" => "application/json").freeze

    # @return [String, nil]
    attr_reader :body
    # @return [Hash] the signed parameters
    attr_reader :params

    # @param client [Client]
    # @param verb [Symbol] `:get` or `:post`
    # @param uri [URI]
    # @param params [Hash] query parameters; the caller's Hash stays as it is
    # @param body [String, nil] JSON
    def initialize(client, verb, uri, params, body = nil)
      @client = client
      @verb = verb
      @uri = uri
      @body = body
      @head = (body ? JSON_HEADERS : HEADERS).dup
      @params = sign(params, client.authentication_token)
    end

    # Sends the request.
    #
    # @return [Hash, true] the parsed reply; true for an empty 202
    # @raise [Pusher::Error] for any other status
    # @raise [Pusher::HTTPError] when there is no reply, or one that cannot be read
    def send_sync
      Native.send_request(@client, @verb, @uri, @params, @body, @head, @uri.path)
    end

    # Has the request sent in the background: on the reactor of EventMachine where one is running, else by a fiber of
    # the current scheduler, else by a thread.
    #
    # @return [EventMachine::DefaultDeferrable, AsyncRequest] the first with the parsed reply, or a {Pusher::Error};
    #   the second with the reply as it came
    def send_async
      return send_on_reactor if Async::Reactor.running?

      @client.sync_http_client.request_async(@verb, @uri, @params, @body, @head)
    end

    # @return [String] without parameters
    def inspect
      "#<#{self.class} #{@verb} #{@uri&.path}>"
    end

    private

    # For applications that send requests in a way of their own.
    def handle_response(status, body)
      Native.outcome(@client, Exchange.reply(status, body.to_s), @uri.path)
    end

    def sign(params, token)
      Signing.check(@uri.path, params)
      params, = Signing.split(params)
      params["body_md5"] = Native.body_md5(body) if body
      params.merge(Signing.sign(@verb.to_s.upcase, @uri.path, params, token))
    end

    # What is sent is what the exchange has: whose parameters they are may change them.
    def send_on_reactor
      exchange = Exchange.new(@client.sync_http_client, @verb, @uri, @params, @body&.dup, @head)
      Async::Reactor.deferrable(exchange) do
        Native.send_request(@client, exchange.verb, exchange.url, nil, exchange.body, exchange.headers, @uri.path)
      end
    end
  end
end
