# frozen_string_literal: true

require_relative "published_events"
require_relative "request_headers"

module Pusher
  module Internal
    module HTTP
      # A request, as the middleware of an application sees it. It has neither the data of an event nor the query, which
      # holds the signature. The same object is passed to every middleware around the request and its attempts.
      class MiddlewareRequest
        # The parts of a url. User and password are not captured.
        URL = %r{
          \A(?<scheme>[^:/?\#]+)://(?:[^/?\#]*@)?
          (?<authority>(?<host>\[[^\]]*\]|[^:/?\#]*)(?::(?<port>\d*))?)(?<path>[^?\#]*)
        }x
        # The fiber-local variable of the request whose attempt is about to be sent.
        SENDING = :pusher_request_being_sent
        private_constant :URL, :SENDING

        # @api private
        # @param outgoing [OutgoingRequest]
        # @return [MiddlewareRequest] the same request
        def self.of(outgoing)
          new(outgoing.client, outgoing.verb, outgoing.url, outgoing.body, outgoing.headers)
        end

        @used = false

        class << self
          # Whether the process has sent an attempt of such a request. Before, {.take} need not look.
          #
          # @api private
          attr_writer :used
        end

        # The request whose attempt the current fiber is about to send. Only the first call returns it, because a
        # middleware may send another request in between.
        #
        # @api private
        # @return [MiddlewareRequest, nil]
        def self.take
          return unless @used

          request = Thread.current[SENDING]
          Thread.current[SENDING] = nil if request
          request
        end

        # @return [Pusher::Client, nil] the client that makes the request; nil if the HTTP client is used alone
        attr_reader :client
        # @return [Symbol] `:get`, `:post` …
        attr_reader :verb
        # @return [Integer] how often the request was sent, or is about to be: 0 before the first attempt, 1 around it
        attr_reader :attempt

        # @api private
        def initialize(client, verb, url, body, headers)
          @client = client
          @verb = verb
          @parts = URL.match(url) || {}
          @body = body
          @given_headers = headers
          @attempt = @sends = 0
        end

        # @return [String] `"https"` or `"http"`
        def scheme = @parts[:scheme].to_s.downcase

        # @return [String] an IPv6 address without its brackets
        def host = @parts[:host].to_s.delete("[]")

        # @return [Integer]
        def port
          port = @parts[:port].to_s
          return Integer(port, 10) unless port.empty?

          scheme == "https" ? 443 : 80
        end

        # @return [String] without the query
        def path = @parts[:path].to_s

        # @return [String] without user, password and query
        def url = "#{scheme}://#{@parts[:authority]}#{path}"

        # @return [Array<String>] the channels to which events are published, each once; empty for other requests
        def channels = @channels ||= PublishedEvents.channels(events).freeze

        # @return [Array<String>] the names of the published events, each once; empty for other requests
        def event_names = @event_names ||= PublishedEvents.names(events).freeze

        # @return [Integer] the size of the body; 0 without one
        def body_bytes = @body.to_s.bytesize

        # @return [RequestHeaders] the header fields, to read and to add to
        def headers = @headers ||= RequestHeaders.new(@given_headers)

        # @return [Hash] for notes of the middleware, from the start of the request to its end
        def notes = @notes ||= {}

        # @return [String] without the query and the body
        def inspect
          "#<#{self.class} #{verb} #{path}>"
        end

        # ActiveSupport would otherwise encode the instance variables.
        #
        # @return [String]
        def as_json(*) = inspect

        private

        # Seconds that are left for the next attempt; nil without a limit.
        attr_accessor :seconds_left
        # How often the request was sent. An attempt sends it twice if the server had closed the idle connection.
        attr_reader :sends

        def events = @events ||= PublishedEvents.in(verb, path, @body)

        def count_attempt
          @attempt += 1
        end

        # Counts an attempt, and makes {.take} return this request meanwhile.
        #
        # @yieldparam added [Hash] the header fields that middleware has added
        # @return [Object] the block's value
        def sending
          count_attempt
          MiddlewareRequest.used = true
          Thread.current[SENDING] = self
          counting_sends { yield headers.__send__(:added) }
        ensure
          Thread.current[SENDING] = nil
        end

        def counting_sends
          reply = yield
          @sends += reply.respond_to?(:attempts) ? reply.attempts : 1
          reply
        rescue StandardError => e
          @sends += TransportFailure.attempts(e) || 1
          e.attempts = @sends if e.is_a?(TransportFailure)
          raise
        end
      end
    end
  end
end
