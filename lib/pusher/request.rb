# frozen_string_literal: true

require_relative "native"
require_relative "response"
require_relative "signature"
require_relative "signing"
require_relative "http/transport_failure"
require_relative "version"

module Pusher
  # A signed request to the HTTP API. {Resource} creates it, and {Internal::HTTP::Client#request} sends it.
  #
  # @example
  #   request = Pusher::Request.new(pusher, :get, pusher.url("/channels"), { filter_by_prefix: "private-" })
  #   request.send_sync
  class Request
    # The header fields of every request.
    HEADERS = { "X-Pusher-Library" => "pusher-http-ruby #{VERSION}".freeze }.freeze
    # The header fields of requests with a body.
    JSON_HEADERS = HEADERS.merge("Content-Type" => "application/json").freeze

    # @return [String, nil]
    attr_reader :body

    # @param client [Client]
    # @param verb [Symbol] `:get` or `:post`
    # @param uri [URI]
    # @param params [Hash] query parameters; not modified
    # @param body [String, nil] JSON
    # @raise [ConfigurationError] if the key or the secret is missing
    def initialize(client, verb, uri, params, body = nil)
      Internal::Signing.check(uri.path, params)
      @client = client
      @verb = verb
      @uri = uri
      @body = body
      @head = (body ? JSON_HEADERS : HEADERS).dup
      @unsigned = params
      @token = client.authentication_token
    end

    # @return [Hash] the query parameters, including those of a signature made at the first call
    def params
      @params ||= signed_params
    end

    # Sends the request.
    #
    # @return [Hash, true] the parsed reply; true for an empty 202
    # @raise [Pusher::Error] for any other status
    # @raise [Pusher::HTTPError] without a reply, or with one that cannot be parsed
    def send_sync
      send_by(@client.sync_http_client)
    end

    # Sends the request in the background: on the EventMachine reactor if one is running, otherwise on a fiber of the
    # current scheduler or a thread of the pool. It is signed when it is sent.
    #
    # @return [EventMachine::DefaultDeferrable, Internal::Async::AsyncRequest] a deferrable gets the parsed reply or a
    #   {Pusher::Error}, an AsyncRequest the raw reply
    def send_async
      keep_arguments
      http = @client.sync_http_client
      return send_in_background(http) unless Internal::EventMachine::Reactor.running?

      Internal::EventMachine::Reactor.deferrable(outgoing(http), publication(http), method(:result_by)) do
        send_by(@client.sync_http_client)
      end
    end

    # @return [String] without parameters
    def inspect
      "#<#{self.class} #{@verb} #{@uri&.path}>"
    end

    private

    def send_by(http)
      is_plain = !Internal::HTTP::REGISTRY.used_by?(@client) && !Internal::HTTP::Retries.on?(@client)
      is_plain ? result_by(http) { reply_of(http, @head) } : send_with_middleware(http)
    end

    # @yieldreturn [#status, #body] the reply
    def result_by(http)
      Internal::Response.result(yield, @uri.path, http, @body)
    rescue StandardError => e
      raise unless Internal::HTTP::TransportFailure.wrap?(e, http)

      raise Internal::HTTP::TransportFailure.wrapped(e)
    end

    def send_in_background(http)
      return queue(http) unless Internal::Async.batching?

      Internal::Async::Publication.announce(publication(http)) { queue(http) }
    end

    # The events, if they may be sent together with those of other requests.
    def publication(http)
      return unless Internal::Async.batching? && @verb == :post && @body

      is_shareable = @unsigned.empty? && Internal::Native.exactly?(http, Internal::HTTP::Client)
      Internal::Async::Publication.of(http, @uri, @body, @token, is_shareable:)
    end

    def queue(http)
      unless Internal::Native.exactly?(http, Internal::HTTP::Client)
        return http.request_async(@verb, @uri, params, @body, @head)
      end

      sign = Internal::Signing.later(@verb, @uri.path, @unsigned, @body, @token)
      check_signature(&sign)
      http.__send__(:request_later, @verb, @uri.to_s, @body, @head, sign)
    end

    # For {Internal::EventMachine::Reactor}.
    def outgoing(http)
      check_signature { query }
      Internal::HTTP::OutgoingRequest.signed_later(http, @verb, @uri.to_s, @body, @head) { query }
    end

    # The caller gets the error of a request that cannot be signed.
    def check_signature
      yield unless Internal::Signing.certain?(@uri.path, @unsigned, @token)
    end

    # With middleware around it, or with retries.
    def send_with_middleware(http)
      url, headers = Internal::Native.describe_request(@verb, @uri.to_s, nil, @body, @head)
      view = Internal::HTTP::MiddlewareRequest.new(@client, @verb, url, @body, headers)
      result_by(http) do
        Internal::HTTP::Middleware.around_request(view) { attempts(http, view) }
      end
    rescue Error => e
      sends = view&.__send__(:sends)
      e.__send__(:note_attempts, sends) if sends&.positive? && !e.frozen?
      raise
    end

    # A middleware, and the client's retries, may send the request several times. Each attempt is signed anew.
    def attempts(http, view)
      Internal::HTTP::Retries.around(http, view) do
        @params = nil if view.attempt.positive?
        view.__send__(:sending) { |added| reply_of(http, @head.merge(added)) }
      end
    end

    # Our own HTTP client gets url and query as Strings. A stand-in gets objects, which a test may examine.
    def reply_of(http, headers)
      is_ours = Internal::Native.exactly?(http, Internal::HTTP::Client)
      return http.request(@verb, @uri.to_s, query, @body, headers) if is_ours

      http.request(@verb, @uri, params, @body, headers)
    end

    # The query, signed with the current time.
    def query
      Internal::Native.signed_query(@verb, @uri.path, @unsigned, @body, @token.key, @token.secret, Time.now.to_i)
    end

    # Called by applications that send requests themselves.
    def handle_response(status, body)
      Internal::Response.result(Internal::HTTP::OutgoingRequest.reply(status, body.to_s), @uri.path,
                                @client.sync_http_client)
    end

    def signed_params
      params, = Internal::Signing.split(@unsigned)
      params["body_md5"] = Internal::Native.body_md5(@body) if @body
      params.merge(Internal::Signing.sign(@verb.to_s.upcase, @uri.path, params, @token))
    end

    # The caller may modify its objects before the request is sent.
    def keep_arguments
      @unsigned = @unsigned.transform_values { |value| copy(value) } unless @unsigned.empty?
      @body = copy(@body)
      @token = Signature::Token.new(copy(@token.key), copy(@token.secret))
    end

    def copy(value)
      return value.map { |one| copy(one) } if value.is_a?(Array)

      value.is_a?(String) && !value.frozen? ? value.dup : value
    end
  end
end
