# frozen_string_literal: true

require_relative "seam"
require_relative "ssl_config"

module Pusher
  # The HTTP client behind {Client#sync_http_client}: connections are kept and reused, and whatever waits, waits as
  # Ruby does. It can be used by any number of threads and fibers.
  class HttpClient
    # @return [Float, nil] seconds for name resolution, TCP and TLS handshake together
    def connect_timeout = native_limit(0)

    # @return [Float, nil] seconds for the peer to take a request
    def send_timeout = native_limit(1)

    # @return [Float, nil] seconds for a reply to be complete, from when its request was sent
    def receive_timeout = native_limit(2)

    # @return [Float, nil] seconds for which an idle connection is kept
    def keep_alive_timeout = native_limit(3)

    # @param seconds [Numeric, nil] nil or 0 for no limit
    # @raise [ArgumentError] for what is no number of seconds
    def connect_timeout=(seconds)
      native_set_limit(0, seconds)
    end

    # @param seconds [Numeric, nil] nil or 0 for no limit
    # @raise [ArgumentError] for what is no number of seconds
    def send_timeout=(seconds)
      native_set_limit(1, seconds)
    end

    # @param seconds [Numeric, nil] nil or 0 for no limit
    # @raise [ArgumentError] for what is no number of seconds
    def receive_timeout=(seconds)
      native_set_limit(2, seconds)
    end

    # @param seconds [Numeric, nil] nil for as long as the server keeps it, 0 for no reuse
    # @raise [ArgumentError] for what is no number of seconds
    def keep_alive_timeout=(seconds)
      native_set_limit(3, seconds)
    end

    # A copy has the same settings, and connections of its own.
    def initialize_copy(original)
      super
      native_copy_settings(original)
      @ssl_config = SSLConfig.new(self, @ssl_config) if @ssl_config
    end

    # @return [SSLConfig] how servers are verified, and what they are shown
    def ssl_config
      @ssl_config ||= SSLConfig.new(self)
    end

    # Closes the connection that a reply came on, unless another request has been sent on it since; without a reply all
    # idle connections. Requests that are under way are not disturbed.
    #
    # @param reply [Reply, nil]
    # @return [void]
    def reset_all(reply = nil)
      reply.is_a?(Reply) ? reply.__send__(:native_close_connection) : native_reset_all
    end

    # Sends a request: the one place through which every request of the library goes.
    #
    # @param verb [Symbol, String] the method
    # @param uri [String, URI] absolute
    # @param query [Hash, String, nil] parameters, added to the uri's own
    # @param body [String, nil]
    # @param headers [Hash] header fields; how the body is framed is the transport's affair, whatever they say
    # @return [Reply] whatever its status
    # @raise [SystemCallError, SocketError, IOError, OpenSSL::SSL::SSLError, Timeout::Error] when there is no reply
    # @raise [ArgumentError] for what cannot be put on the wire; nothing is sent
    def request(verb, uri, query = nil, body = nil, headers = {})
      return transmit(verb, uri, query, body, headers) unless Seam.engaged?

      Seam.pass(Exchange.new(self, verb, uri, query, body, headers)) do |exchange|
        transmit(exchange.verb, exchange.url, nil, exchange.body, exchange.headers)
      end
    end

    # Has a request sent in the background: by a fiber of the current scheduler, else by a thread. What is passed may
    # be changed afterwards. While the queue is full, the caller waits.
    #
    # @param verb [Symbol, String] the method
    # @param uri [String, URI] absolute
    # @param query [Hash, String, nil] parameters, added to the uri's own
    # @param body [String, nil]
    # @param headers [Hash] header fields
    # @yieldreturn [Hash, String] the query at the moment of sending, where it is another one then: signatures age
    # @return [AsyncRequest]
    # @raise [ArgumentError] for what is no url
    def request_async(verb, uri, query = nil, body = nil, headers = {})
      exchange = Exchange.new(self, verb, uri, query, body&.dup, headers)
      Seam.admit(exchange) if Seam.engaged?
      url = uri.to_s.dup if block_given?
      Async.current.accept(exchange) do
        request(exchange.verb, url || exchange.url, url && yield, exchange.body, exchange.headers)
      end
    end

    # @return [String]
    def inspect
      "#<#{self.class}>"
    end

    private

    # Whose requests these are, where they are a {Client}'s.
    attr_accessor :client

    # Takes over the settings of a client, where they have changed since the last time.
    def configure(client)
      native_configure(client)
    end

    # The native part returns a failure of the transport as an error and the number of attempts.
    def transmit(verb, uri, query, body, headers)
      reply, attempts = native_request(verb, uri, query, body, headers)
      return reply unless attempts

      raise Internal::TransportFailure.mark(reply, attempts)
    end

    def verify_peer(verify)
      native_verify(verify)
    end

    def trust(path, only:)
      native_trust(path.to_s, only)
    end

    def trust_nobody = native_trust_nobody

    def trust_the_system = native_trust_the_system

    def identify(chain, key)
      native_identify(chain, key)
    end
  end

  # A reply as it came, whatever its status.
  class Reply
    # @!method status
    #   @return [Integer]
    # @!method body
    #   @return [String]
    # @!method headers
    #   @return [Hash{String => String}] fields by their canonical names
    # @!method attempts
    #   @return [Integer] how often the request was sent: twice where a kept connection was found closed
    alias code status
    alias content body

    # @return [String]
    def inspect
      "#<#{self.class} #{status}>"
    end
  end
end
