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
  end
end
