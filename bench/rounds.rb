# frozen_string_literal: true

module Bench
  # Measures several things in turn, many times, so that other load on the machine affects all of them equally. A round
  # that was disturbed is taken again, a limited number of times.
  class Rounds
    # Approximate seconds per measurement. With many short ones, a disturbance affects only a few.
    SLICE = 0.12
    # Seconds of warm-up per measurement: compilers in other languages need some.
    WARM_UP = 1.0
    FIRST_REQUESTS = 100
    # How many rounds may be taken again, for each round that counts.
    AGAIN = 3

    # The measurements of all rounds, how many rounds were taken again, and how many were disturbed to the end.
    Outcome = Struct.new(:measured, :again, :disturbed)

    # @param cells [Hash{Object => #call}] takes a number of requests, and returns a {Measurement}
    # @param calibration [#quiet?]
    def initialize(cells, calibration)
      @cells = cells
      @calibration = calibration
    end

    # @return [Outcome]
    def run(count)
      @requests = warm_up
      @outcome = Outcome.new(@cells.transform_values { [] }, 0, 0)
      @calibration.quiet?
      count.times { |round| keep(round_of(round, count)) }
      @outcome
    end

    private

    def warm_up
      requests = @cells.transform_values { FIRST_REQUESTS }
      [WARM_UP, SLICE].each do |seconds|
        measured = measure(@cells.keys, requests)
        requests = measured.transform_values { |one| (one.rate * seconds).ceil }
      end
      requests
    end

    # A calibration before and after the round. That after it is also that before the next one.
    def round_of(number, count)
      keys = @cells.keys.rotate(number)
      loop do
        quiet = @quiet != false
        measured = measure(keys, @requests)
        @quiet = @calibration.quiet?
        return measured if quiet && @quiet
        return measured.tap { @outcome.disturbed += 1 } if @outcome.again >= count * AGAIN

        @outcome.again += 1
        wait_until_quiet
      end
    end

    # Waits a bounded time.
    def wait_until_quiet
      @quiet = 5.times.any? { @calibration.quiet? || !sleep(0.2) }
    end

    def measure(keys, requests) = keys.to_h { |key| [key, @cells.fetch(key).call(requests.fetch(key))] }

    def keep(measured)
      measured.each { |key, measurement| @outcome.measured.fetch(key) << measurement }
    end
  end
end
