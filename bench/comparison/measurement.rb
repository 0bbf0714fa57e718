# frozen_string_literal: true

module Bench
  module Comparison
    # What so many requests took: seconds by the clock, seconds of the client's CPU.
    Measurement = Struct.new(:requests, :wall, :cpu) do
      def rate = requests / wall

      def microseconds = wall / requests * 1_000_000

      def cpu_per_thousand = cpu / requests * 1000
    end
  end
end
