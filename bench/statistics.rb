# frozen_string_literal: true

module Bench
  # Statistics of repeated measurements.
  module Statistics
    module_function

    def median(numbers)
      sorted = numbers.sort
      middle = sorted.size / 2
      sorted.size.odd? ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2.0
    end

    # The interquartile range, relative to the median.
    def spread(numbers)
      sorted = numbers.sort
      (sorted[sorted.size * 3 / 4] - sorted[sorted.size / 4]) / median(sorted)
    end

    # The quotients of two figures of the same round, so that slow changes of the load cancel out.
    def ratios(numbers, bases) = numbers.zip(bases).map { |number, base| number / base }

    # Two significant digits, without those behind the point from ten on.
    def digits(number)
      return number.round.to_s if number >= 10
      return "0" if number.zero?

      number >= 1 ? format("%.1f", number) : format("%.2f", number)
    end
  end
end
