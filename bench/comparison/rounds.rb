# frozen_string_literal: true

module Bench
  module Comparison
    # All contenders in turn, again and again, so that what else the machine does meets all of them.
    class Rounds
      # Seconds that one measurement takes, more or less: many short ones, so that a disturbance meets few of them.
      SLICE = 0.12
      FIRST_REQUESTS = 400

      def initialize(contenders, threads)
        @contenders = contenders
        @threads = threads
      end

      # Measurements by thread count and contender. A first round warms up and finds out how many requests fit.
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
