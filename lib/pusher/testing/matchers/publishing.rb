# frozen_string_literal: true

module Pusher
  module Testing
    module Matchers
      # What may be said of an event, and how often: shared by the matchers.
      class Publishing
        include ::RSpec::Matchers::Composable

        # @api private
        def initialize(name)
          @pattern = Pattern.new(name)
          @expectation = Expectation.new(@pattern)
        end

        # @param channels [Array<String, Regexp, #===>] the event goes to each of them
        # @return [self]
        def on(*channels)
          @pattern.on(channels.flatten)
          self
        end

        # Keys may be Symbols or Strings, and a matcher may stand at any place.
        #
        # @param data [Array<Object>] the event's data
        # @yieldparam data [Object] the event's data, its keys Strings
        # @yieldreturn [Boolean] whether it is the one
        # @return [self]
        def with(*data, &block)
          raise ArgumentError, "with takes the data, or a block that looks at it" unless data.size == (block ? 0 : 1)

          block ? @pattern.satisfying(&block) : @pattern.with(data.first)
          self
        end

        # The event was sent encrypted.
        #
        # @return [self]
        def encrypted
          @pattern.encrypted
          self
        end

        # @param socket_id [String, Regexp, #===] the socket that does not get the event
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

        # For sentences: `exactly(3).times`.
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
