# frozen_string_literal: true

module Bench
  # A number of requests, with their wall time and the CPU time of the client, both in seconds.
  Measurement = Struct.new(:requests, :wall, :cpu) do
    def rate = requests / wall

    def microseconds = wall / requests * 1_000_000

    def cpu_per_thousand = cpu / requests * 1000
  end
end
