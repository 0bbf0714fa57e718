# frozen_string_literal: true

module Pusher
  module Testing
    module Matchers
      # The methods that both matchers share: they narrow down the events and set their number.
      class Publishing
        include ::RSpec::Matchers::Composable

        # @api private
        def initialize(name)
          @pattern = Pattern.new(name)
          @expectation = Expectation.new(@pattern)
        end

        # @param channels [Array<String, Regexp, #===>] the event is published to all of them
        # @return [self]
        def on(*channels)
          @pattern.on(channels.flatten)
          self
        end

        # Expects the data to equal `data`, or to satisfy the block. Keys may be Symbols or Strings, and matchers are
        # accepted at any place.
        #
        # @param data [Array<Object>] the event's data
        # @yieldparam data [Object] the event's data, with Strings as keys
        # @yieldreturn [Boolean] whether the data is as expected
        # @return [self]
        def with(*data, &block)
          raise ArgumentError, "with takes either the expected data or a block" unless data.size == (block ? 0 : 1)

          block ? @pattern.satisfying(&block) : @pattern.with(data.first)
          self
        end

        # Expects the event to be encrypted.
        #
        # @return [self]
        def encrypted
          @pattern.encrypted
          self
        end

        # @param socket_id [String, Regexp, #===] the socket that does not receive the event
        # @return [self]
        def excluding(socket_id)
          @pattern.excluding(socket_id)
          self
        end

        # @return [self]
        def once = exactly(1)

        # @return [self]
        def twice = exactly(2)

        # @return [self]
        def thrice = exactly(3)

        # @param number [Integer, Symbol] Symbols: `:once`, `:twice`, `:thrice`
        # @return [self]
        def exactly(number)
          count(number) { |times| times..times }
        end

        # @param number [Integer, Symbol] as {#exactly}
        # @return [self]
        def at_least(number)
          count(number) { |times| times.. }
        end

        # @param number [Integer, Symbol] as {#exactly}
        # @return [self]
        def at_most(number)
          count(number) { |times| 0..times }
        end

        # Does nothing: makes `exactly(3).times` read as a sentence.
        #
        # @return [self]
        def times = self
        alias time times

        private

        attr_reader :expectation

        def count(number)
          expectation.count = Count.new(yield(Count.number(number)))
          self
        end
      end
    end
  end
end
