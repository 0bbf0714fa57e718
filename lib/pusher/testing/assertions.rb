# frozen_string_literal: true

module Pusher
  module Testing
    # Assertions for Minitest. Loading `pusher/testing` includes them in `Minitest::Test`. They take the same arguments:
    #
    # - the event's name: a String, a Regexp, any object with `===`, or nil for any name
    # - `on:` the channel, or an Array of channels; the event is published to all of them
    # - `with:` its data; keys may be Symbols or Strings, and objects with `===` are accepted at any place
    # - `times:` how many events, an Integer or a Range; at least one by default
    # - `excluding:` the socket that does not receive the event
    # - `encrypted:` true for encrypted events only
    # - `client:` the client whose events count; every client by default
    #
    # @example
    #   class OrdersTest < Minitest::Test
    #     def run = Pusher::Testing.fake! { super }
    #
    #     def test_announced
    #       Pusher.trigger("orders", "created", { id: 1 })
    #       assert_triggered "created", on: "orders", with: { id: 1 }, times: 1
    #     end
    #   end
    module Assertions
      ANYTHING = Object.new.freeze
      private_constant :ANYTHING

      # Fails unless such an event has been published since the test mode was switched on.
      #
      #     assert_triggered("created", on: "orders", with: { id: 1 })
      #
      # @param name [String, Regexp, #===, nil]
      # @param client [Module, Client] {Pusher} for the events of every client
      # @param options [Hash] `:on`, `:with`, `:times`, `:excluding`, `:encrypted`
      # @yieldparam data [Object] the event's data, with Strings as keys
      # @yieldreturn [Boolean] whether the data is as expected
      # @return [true]
      def assert_triggered(name = nil, client: Pusher, **options, &block)
        client = Expectation.client_of(client)
        expectation = pusher_expectation(name, **options, &block)
        assert_pusher_testing
        assert expectation.met_by?(Testing.requests, client), lambda {
          expectation.failure_message("#{pusher_subject(client)} to have triggered")
        }
      end

      # Fails if such an event has been published since the test mode was switched on.
      #
      # @param name [String, Regexp, #===, nil]
      # @param client [Module, Client] {Pusher} for the events of every client
      # @param options [Hash] `:on`, `:with`, `:times`, `:excluding`, `:encrypted`
      # @yieldparam data [Object] the event's data, with Strings as keys
      # @yieldreturn [Boolean] whether the data is as expected
      # @return [false]
      def refute_triggered(name = nil, client: Pusher, **options, &block)
        client = Expectation.client_of(client)
        expectation = pusher_expectation(name, **options, &block)
        assert_pusher_testing
        refute expectation.met_by?(Testing.requests, client), lambda {
          expectation.failure_message_when_negated("#{pusher_subject(client)} not to have triggered")
        }
      end

      # Fails unless the block publishes such an event.
      #
      #     assert_publishes("created", on: "orders") { order.save! }
      #
      # @param name [String, Regexp, #===, nil]
      # @param client [Module, Client] {Pusher} for the events of every client
      # @param options [Hash] `:on`, `:with`, `:times`, `:excluding`, `:encrypted`
      # @return [Object] the block's value
      def assert_publishes(name = nil, client: Pusher, **options, &block)
        client = Expectation.client_of(client)
        expectation = pusher_expectation(name, **options)
        assert_pusher_testing
        value, requests = CollectingScope.collect(&block)
        assert expectation.met_by?(requests, client), -> { expectation.failure_message("the block to publish") }
        value
      end

      # Fails if the block publishes such an event.
      #
      # @param name [String, Regexp, #===, nil]
      # @param client [Module, Client] {Pusher} for the events of every client
      # @param options [Hash] `:on`, `:with`, `:times`, `:excluding`, `:encrypted`
      # @return [Object] the block's value
      def refute_publishes(name = nil, client: Pusher, **options, &block)
        client = Expectation.client_of(client)
        expectation = pusher_expectation(name, **options)
        assert_pusher_testing
        value, requests = CollectingScope.collect(&block)
        refute expectation.met_by?(requests, client), lambda {
          expectation.failure_message_when_negated("the block not to publish")
        }
        value
      end

      private

      def assert_pusher_testing
        assert Testing.faking?, Expectation::TEST_MODE_OFF
      end

      def pusher_subject(client) = client ? "the client" : "Pusher"

      def pusher_expectation(name, on: ANYTHING, with: ANYTHING, times: nil, excluding: nil, encrypted: false, &block) # rubocop:disable Metrics/ParameterLists
        pattern = Pattern.new(name)
        pattern.on(on.is_a?(Array) ? on : [on]) unless ANYTHING.equal?(on)
        pattern.with(with) unless ANYTHING.equal?(with)
        pattern.satisfying(&block) if block
        pattern.excluding(excluding) if excluding
        pattern.encrypted if encrypted
        Expectation.new(pattern, Count.new(times))
      end
    end
  end
end
