# frozen_string_literal: true

module Bench
  module Charts
    # Maps the values of an axis to the interval from 0 to 1.
    class Axis
      attr_reader :label, :ticks

      # An axis with a tick at each value.
      #
      # @param scale [Symbol] `:log` or `:linear`
      def self.of_values(label, values, scale) = new(label, values, scale, values.min, values.max)

      # An axis that starts at zero, with a few round ticks.
      def self.from_zero(label, greatest)
        step = round_step(greatest / 5.0)
        last = (greatest / step).ceil
        new(label, (0..last).map { |number| number * step }, :linear, 0, last * step)
      end

      # The smallest of 1, 2 or 5 times a power of ten that is at least this number.
      def self.round_step(number)
        power = 10.0**Math.log10(number).floor
        [1, 2, 5, 10].map { |factor| factor * power }.find { |step| step >= number * 0.999 }
      end
      private_class_method :round_step, :new

      def initialize(label, ticks, scale, first, last)
        @label = label
        @ticks = ticks
        @scale = scale
        @first = scaled(first)
        @last = scaled(last)
      end

      # @return [Float]
      def position(value) = (scaled(value) - @first) / (@last - @first)

      # @return [String] such as `10,000` or `0.5`
      def shown(value)
        return format("%.10g", value) if value < 1000

        value.round.to_s.gsub(/(?<=\d)(?=(\d{3})+\z)/, ",")
      end

      private

      def scaled(value) = @scale == :log ? Math.log10(value) : value.to_f
    end
  end
end
