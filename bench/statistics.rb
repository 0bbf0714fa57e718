# frozen_string_literal: true

module Bench
  # Of numbers measured again and again.
  module Statistics
    module_function

    def median(numbers)
      sorted = numbers.sort
      middle = sorted.size / 2
      sorted.size.odd? ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2.0
    end

    # How far the middle half of them lies apart, as a part of the median.
    def spread(numbers)
      sorted = numbers.sort
      (sorted[sorted.size * 3 / 4] - sorted[sorted.size / 4]) / median(sorted)
    end
  end
end
