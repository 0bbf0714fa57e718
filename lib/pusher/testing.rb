# frozen_string_literal: true

require_relative "../pusher"
require_relative "testing/event"
require_relative "testing/request"
require_relative "testing/failure"
require_relative "testing/prepared_reply"
require_relative "testing/default_replies"
require_relative "testing/scope"
require_relative "testing/collecting_scope"
require_relative "testing/scopes"
require_relative "testing/outcome"
require_relative "testing/middleware"
require_relative "testing/webhook_request"
require_relative "testing/data_comparison"
require_relative "testing/formatter"
require_relative "testing/pattern"
require_relative "testing/count"
require_relative "testing/expectation"
require_relative "testing/recording_summary"
require_relative "testing/test_frameworks"

module Pusher
  # The test mode. While it is on, no request leaves the process: events are recorded, queries get prepared replies, and
  # requests fail when a test asks for it. The library's own checks still run and raise their errors.
  #
  # Loading this file changes nothing until {fake!} is called. A block of {fake!} applies to its own thread and fiber,
  # and to the threads and fibers that are started in it. In other threads the block that was opened last applies.
  #
  # @example
  #   require "pusher/testing"
  #
  #   Pusher::Testing.fake! do
  #     Pusher.trigger("orders", "created", { id: 1 })
  #     Pusher::Testing.events.map(&:name) # => ["created"]
  #   end
  module Testing
    class << self
      # Switches the test mode on: for the block, or without a block for all threads until {disable!}. Each call has a
      # new recording, without prepared failures and replies.
      #
      # @return [Object, nil] the block's value
      def fake!(&block)
        extend_test_frameworks
        return Scopes.begin_global(Scope.new) unless block_given?

        Scopes.within(Scope.new(Scopes.own), &block)
      end

      # Switches the test mode off. With a block: requests in the block are really sent. Without a block: ends the test
      # mode that {fake!} switched on for all threads. Blocks of {fake!} end by themselves.
      #
      # @return [Object, nil] the block's value
      def disable!(&block)
        return Scopes.end_global unless block_given?

        Scopes.within(Scopes::DisabledScope.new(Scopes.own), &block)
      end

      # @return [Boolean] whether a request by the calling thread and fiber would stay in the process
      def faking? = !Scopes.current.nil?

      # The published events: those of requests that succeeded. Each event of a batch is listed by itself.
      #
      # @return [Array<Event>] in the order of their requests
      # @raise [RuntimeError] while the test mode is off
      def events = scope.events

      # All requests, including queries and failed requests.
      #
      # @return [Array<Request>] in the order in which they were made
      # @raise [RuntimeError] while the test mode is off
      def requests = scope.requests.dup

      # Deletes the recording, and the failures and replies prepared with {fail_with} and {answer}.
      #
      # @return [nil]
      # @raise [RuntimeError] while the test mode is off
      def clear = scope.clear

      # Makes requests fail: all requests, or those that publish an event with this name or to this channel. If several
      # prepared failures apply to a request, the first one with `times` left is used.
      #
      # @param cause [Integer, Class, Exception] the status of a reply, or an exception that the transport raises. The
      #   caller gets the exception as the `original_error` of a {Pusher::HTTPError}.
      # @param times [Integer, nil] how many requests fail; nil for all until {clear}
      # @param event [String, Regexp, #===, nil] the name of the events
      # @param channel [String, Regexp, #===, nil] one of their channels
      # @param body [String, Hash, nil] the body of the reply
      # @param headers [Hash] the headers of the reply, such as `{ "Retry-After" => "30" }`
      # @yield requests fail until the block ends
      # @return [Object, nil] the block's value
      # @raise [ArgumentError] if `cause` is not a failure
      # @raise [RuntimeError] while the test mode is off
      def fail_with(cause, times: nil, event: nil, channel: nil, body: nil, headers: {}, &block) # rubocop:disable Metrics/ParameterLists
        failure = Failure.new(cause, times:, event:, channel:, body:, headers:)
        scope.fail_with(failure, &block)
      end

      # Prepares the reply to requests of a path, such as a query. Of several replies for a path, the last one is used.
      # Without a prepared reply, requests get the reply of a server without subscribers.
      #
      # @param path [String, Regexp, #===] the path below `/apps/APP_ID`, such as `"/channels/presence-room/users"`
      # @param body [Hash, String] the body of the reply
      # @param status [Integer] the status of the reply
      # @param headers [Hash] the headers of the reply
      # @yieldparam request [Request]
      # @yieldreturn [Hash, String] the body, if it depends on the request
      # @return [nil]
      # @raise [RuntimeError] while the test mode is off
      def answer(path, body = {}, status: 200, headers: {}, &block)
        scope.prepare_reply(PreparedReply.new(path, body, status:, headers:, &block))
      end

      # A signed webhook as the service sends it. {Client#webhook} accepts it, and a controller spec can post its `body`
      # and `headers`. The test mode may be on or off.
      #
      # @param events [Array<Hash>, Hash] such as `{ name: "channel_occupied", channel: "my-channel" }`
      # @param client [Client, Module] its key and secret sign the webhook
      # @param time [Time] when the webhook was sent
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
