# frozen_string_literal: true

module Pusher
  module Testing
    # How many events an expectation expects.
    # @api private
    class Count
      NAMES = { once: 1, twice: 2, thrice: 3 }.freeze
      private_constant :NAMES

      # @param number [Integer, Symbol] Symbols: `:once`, `:twice`, `:thrice`
      # @return [Integer]
      # @raise [ArgumentError] for anything else
      def self.number(number)
        number = NAMES.fetch(number, number)
        return number if number.is_a?(Integer) && number >= 0

        raise ArgumentError, "#{number.inspect} is not a number of times: pass an Integer that is not negative, or " \
                             ":once, :twice or :thrice"
      end

      # @param times [Integer, Range, nil] nil for at least one, which descriptions do not mention
      # @raise [ArgumentError] for anything else
      def initialize(times = nil)
        @is_given = !times.nil?
        @range = range(times)
      end

      # @return [Boolean] whether the number is expected
      def ===(number) = @range.cover?(number)

      # @return [String]
      def to_s
        return "" unless @is_given

        first = @range.begin.to_i
        last = @range.end && (@range.end - (@range.exclude_end? ? 1 : 0))
        return " at least #{Formatter.times(first)}" unless last
        return " exactly #{Formatter.times(last)}" if first == last

        first.zero? ? " at most #{Formatter.times(last)}" : " #{first} to #{last} times"
      end

      private

      def range(times)
        case times
        when nil then 1..
        when Range then times
        else self.class.number(times).then { |number| number..number }
        end
      end
    end
    private_constant :Count
  end
end
