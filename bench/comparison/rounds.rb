# frozen_string_literal: true

module Bench
  module Comparison
    # Measures all contenders in turn, many times, so that other load on the machine affects all of them equally.
    class Rounds
      # Approximate seconds per measurement. With many short ones, a disturbance affects only a few.
      SLICE = 0.12
      FIRST_REQUESTS = 400

      def initialize(contenders, threads)
        @contenders = contenders
        @threads = threads
      end

      # Returns the measurements by thread count and contender. The first round warms up, and sets the request counts.
      def run(count)
        @requests = measure_all(@contenders) { FIRST_REQUESTS }
                    .transform_values { |measured| (measured.rate * SLICE).ceil }
        rounds = count.times.map { |round| measure_all(@contenders.rotate(round)) { |turn| @requests.fetch(turn) } }
        @threads.to_h do |threads|
          [threads, @contenders.to_h { |one| [one.name, rounds.map { |round| round.fetch([threads, one]) }] }]
        end
      end

      private

      def measure_all(contenders)
        @threads.product(contenders).to_h do |threads, contender|
          [[threads, contender], contender.measure(threads, yield([threads, contender]))]
        end
      end
    end
  end
end
