# frozen_string_literal: true

require_relative "../pusher"
require_relative "testing/event"
require_relative "testing/request"
require_relative "testing/failure"
require_relative "testing/prepared_reply"
require_relative "testing/idle_server"
require_relative "testing/scope"
require_relative "testing/listening"
require_relative "testing/scopes"
require_relative "testing/outcome"
require_relative "testing/middleware"
require_relative "testing/webhook_request"
require_relative "testing/likeness"
require_relative "testing/words"
require_relative "testing/pattern"
require_relative "testing/count"
require_relative "testing/expectation"
require_relative "testing/recording_summary"
require_relative "testing/test_frameworks"

module Pusher
  # The test mode: while it is on, no request leaves the process. Events are recorded as they would have been
  # published, queries are answered, failures happen when they are asked for. What the library itself checks and raises
  # stays as it is.
  #
  #     require "pusher/testing"
  #
  #     Pusher::Testing.fake! do
  #       Pusher.trigger("orders", "created", { id: 1 })
  #       Pusher::Testing.events.map(&:name) # => ["created"]
  #     end
  #
  # Until {fake!} is called, loading it changes nothing. A block counts for the thread and the fiber that opened it, and
  # for threads and fibers started in it; threads that have no block of their own take part in the one opened last.
  module Testing
    class << self
      # Switches the test mode on: for the block, with a recording of its own, or without one for all threads until
      # {disable!}. Each call starts anew, with nothing recorded and nothing prepared.
      #
      # @return [Object, nil] the block's value
      def fake!(&block)
        extend_test_frameworks
        return Scopes.begin_global(Scope.new) unless block_given?

        Scopes.within(Scope.new(Scopes.own), &block)
      end

      # Switches the test mode off: for the block, whose requests are really sent, or without one what {fake!} switched
      # on for all threads. Blocks of {fake!} end by themselves.
      #
      # @return [Object, nil] the block's value
      def disable!(&block)
        return Scopes.end_global unless block_given?

        Scopes.within(Scopes::Outside.new(Scopes.own), &block)
      end

      # @return [Boolean] whether a request made here and now would stay in the process
      def faking? = !Scopes.current.nil?

      # What was published: the events of requests that were answered without an error, each of a batch by itself.
      #
      # @return [Array<Event>] in the order of their requests
      # @raise [RuntimeError] while the test mode is off
      def events = scope.events

      # All requests, queries and failed ones among them.
      #
      # @return [Array<Request>] in their order
      # @raise [RuntimeError] while the test mode is off
      def requests = scope.requests.dup

      # Forgets what was recorded, and what {fail_with} and {answer} prepared.
      #
      # @return [nil]
      # @raise [RuntimeError] while the test mode is off
      def clear = scope.clear

      # Has requests fail: all of them, or those that publish an event of this name, to this channel. Where several
      # failures are prepared for a request, the first of them counts that is not used up.
      #
      # @param cause [Integer, Class, Exception] the status of a reply, or what the transport raises: callers get it as
      #   the `original_error` of a {Pusher::HTTPError}
      # @param times [Integer, nil] how many requests fail; nil for all, until {clear}
      # @param event [String, Regexp, #===, nil] the name of the events
      # @param channel [String, Regexp, #===, nil] a channel of theirs
      # @param body [String, Hash, nil] of the reply
      # @param headers [Hash] of the reply, such as `{ "Retry-After" => "30" }`
      # @yield a block, after which nothing fails any longer
      # @return [Object, nil] the block's value
      # @raise [ArgumentError] for what is no failure
      # @raise [RuntimeError] while the test mode is off
      def fail_with(cause, times: nil, event: nil, channel: nil, body: nil, headers: {}, &block) # rubocop:disable Metrics/ParameterLists
        failure = Failure.new(cause, times:, event:, channel:, body:, headers:)
        scope.fail_with(failure, &block)
      end

      # Says what a query is answered. Of several answers for a path, the last one counts. Without any, queries are
      # answered as by a server without subscribers.
      #
      # @param path [String, Regexp, #===] below `/apps/APP_ID`, such as `"/channels/presence-room/users"`
      # @param body [Hash, String] of the reply
      # @param status [Integer] of the reply
      # @param headers [Hash] of the reply
      # @yieldparam request [Request]
      # @yieldreturn [Hash, String] the body, where it depends on the request
      # @return [nil]
      # @raise [RuntimeError] while the test mode is off
      def answer(path, body = {}, status: 200, headers: {}, &block)
        scope.answer(PreparedReply.new(path, body, status:, headers:, &block))
      end

      # A webhook as the service would send it, signed. It is a request for {Pusher.webhook}, and has what a request of
      # a controller spec needs. The test mode need not be on.
      #
      # @param events [Array<Hash>, Hash] such as `{ name: "channel_occupied", channel: "my-channel" }`
      # @param client [Client, Module] whose key and secret sign it
      # @param time [Time] when it was sent
      # @return [WebhookRequest]
      # @raise [ConfigurationError] for missing credentials
      def webhook_request(events, client: Pusher.default_client, time: Time.now)
        WebhookRequest.new(events, client, time)
      end

      private

      def extend_test_frameworks = TestFrameworks.extend_loaded

      def scope
        Scopes.current or raise "the test mode is off: call Pusher::Testing.fake! first"
      end
    end

    Internal::HTTP::Middleware.install(:testing, Middleware)
  end
end

Pusher::Testing.__send__(:extend_test_frameworks)
