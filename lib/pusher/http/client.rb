# frozen_string_literal: true

require_relative "middleware"
require_relative "reply"
require_relative "retries"
require_relative "tls_config"

module Pusher
  module Internal
    # Everything about HTTP: the client behind {Pusher::Client#sync_http_client}, its replies, its TLS settings and its
    # middleware.
    module HTTP
      # The HTTP client behind {Pusher::Client#sync_http_client}. It keeps connections open and reuses them. Waiting
      # for a socket can be interrupted and lets other threads and fibers run. Threads and fibers may share it.
      class Client
        # @return [Float, nil] seconds for name resolution, TCP connect and TLS handshake together
        def connect_timeout = native_connect_timeout

        # @return [Float, nil] seconds for sending a request
        def send_timeout = native_send_timeout

        # @return [Float, nil] seconds for waiting for a complete reply after the request was sent
        def receive_timeout = native_receive_timeout

        # @return [Float, nil] seconds for keeping an idle connection
        def keep_alive_timeout = native_keep_alive_timeout

        # @param seconds [Numeric, nil] nil or 0 for no timeout
        # @raise [ArgumentError] unless it is a number of seconds
        def connect_timeout=(seconds)
          native_set_connect_timeout(seconds)
        end

        # @param seconds [Numeric, nil] nil or 0 for no timeout
        # @raise [ArgumentError] unless it is a number of seconds
        def send_timeout=(seconds)
          native_set_send_timeout(seconds)
        end

        # @param seconds [Numeric, nil] nil or 0 for no timeout
        # @raise [ArgumentError] unless it is a number of seconds
        def receive_timeout=(seconds)
          native_set_receive_timeout(seconds)
        end

        # @param seconds [Numeric, nil] nil keeps connections until the server closes them, 0 prevents reuse
        # @raise [ArgumentError] unless it is a number of seconds
        def keep_alive_timeout=(seconds)
          native_set_keep_alive_timeout(seconds)
        end

        # Copies the settings. The copy has its own connections.
        def initialize_copy(original)
          super
          native_copy_settings(original)
          # Ractor.new copies a client and what it refers to, and would not end if the copies referred to each other.
          @client = nil
          @tls_settings = @ssl_config.__send__(:settings) if @ssl_config
          @ssl_config = nil
        end

        # @return [TLSConfig] which server certificates are trusted, and the client certificate
        def ssl_config
          @ssl_config ||= TLSConfig.new(self, @tls_settings)
        end

        # Closes the connection of a reply, unless another request has been sent on it since. Without a reply it closes
        # all idle connections. Requests in progress are not affected.
        #
        # @param reply [Reply, nil]
        # @return [void]
        def reset_all(reply = nil)
          reply.is_a?(Reply) ? reply.__send__(:native_close_connection) : native_reset_all
        end

        # Sends a request. Every request of the gem is sent by this method.
        #
        # @param verb [Symbol, String] the method
        # @param uri [String, URI] absolute
        # @param query [Hash, String, nil] parameters, appended to the query of the uri
        # @param body [String, nil]
        # @param headers [Hash] header fields; the transport sets Content-Length, Host and Connection itself
        # @return [Reply] with any status
        # @raise [SystemCallError, SocketError, IOError, OpenSSL::SSL::SSLError, Timeout::Error] when there is no reply
        # @raise [ArgumentError] for a request that cannot be sent; nothing is sent
        def request(verb, uri, query = nil, body = nil, headers = {})
          unless Middleware.active?(self)
            return transmit(verb, uri, query, body, headers, MiddlewareRequest.take&.__send__(:seconds_left))
          end

          Middleware.call(OutgoingRequest.of(self, verb, uri, query, body, headers)) do |request|
            transmit(request.verb, request.url, nil, request.body, request.headers, request.seconds_left)
          end
        end

        # Sends a request in the background: on a fiber of the current scheduler, otherwise on a thread of the pool. The
        # arguments are copied. The caller waits while the queue is full.
        #
        # @param verb [Symbol, String] the method
        # @param uri [String, URI] absolute
        # @param query [Hash, String, nil] parameters, appended to the query of the uri
        # @param body [String, nil]
        # @param headers [Hash] header fields
        # @return [Async::AsyncRequest]
        # @raise [ArgumentError] for a request that cannot be sent
        def request_async(verb, uri, query = nil, body = nil, headers = {})
          request = OutgoingRequest.of(self, verb, uri, query, body&.dup, headers)
          Middleware.preflight(request) if Middleware.active?(self)
          accept(request)
        end

        # @return [String]
        def inspect
          "#<#{self.class}>"
        end

        private

        # The {Pusher::Client} that made this HTTP client, if any.
        attr_accessor :client

        # Sends a request of {Pusher::Request} in the background. It is signed when it is sent: signatures expire.
        #
        # @param verb [Symbol]
        # @param url [String] absolute
        # @param body [String, nil] not copied
        # @param headers [Hash] not copied
        # @param sign [Proc] returns the signed query
        # @return [Async::AsyncRequest]
        def request_later(verb, url, body, headers, sign)
          accept(OutgoingRequest.signed_later(self, verb, url, body, headers, &sign), sign)
        end

        # @param sign [Proc, nil] nil if the request is signed already
        def accept(request, sign = nil)
          Async.current.accept(request, &work_of(request, sign))
        end

        # A method of its own, so that queued work does not refer to the arguments of {#request_async}.
        def work_of(accepted, sign)
          -> { send_accepted(accepted, &sign) }
        end

        # Sends a request that nobody signs only once: the application has signed it for one attempt.
        def send_accepted(accepted, &sign)
          is_retried = sign && Retries.on?(client)
          return send_attempt(accepted, accepted.given_headers, &sign) unless is_retried || REGISTRY.used_by?(client)

          view = MiddlewareRequest.of(accepted)
          Middleware.around_request(view) do
            attempt = lambda do
              view.__send__(:sending) { |added| send_attempt(accepted, accepted.headers.merge(added), &sign) }
            end
            is_retried ? Retries.around(self, view, &attempt) : attempt.call
          end
        end

        def send_attempt(accepted, headers)
          query = yield if block_given?
          request(accepted.verb, accepted.url, query, accepted.body, headers)
        end

        # The native request returns a failure of the transport as facts: the error, the number of attempts, and whether
        # the server certainly has not taken the request.
        def transmit(verb, uri, query, body, headers, seconds_left) # rubocop:disable Metrics/ParameterLists -- a request's
          reply, attempts, is_not_taken =
            if seconds_left
              native_request_within(seconds_left, [verb, uri, query, body, headers])
            else
              native_request(verb, uri, query, body, headers)
            end
          return reply unless attempts

          raise TransportFailure.mark(reply, attempts, is_not_taken)
        end
      end
    end
  end
end
