# frozen_string_literal: true

module Bench
  module Growth
    # Measures that compare rates and CPU times with each other, in interleaved rounds.
    class Compared
      THREADS = [1, 2, 4, 8, 16, 32].freeze
      SIZES = [100, 300, 1_000, 3_000, 10_000, 30_000, 100_000].freeze
      BATCHES = [1, 2, 3, 5, 7, 10].freeze

      def initialize(rounds)
        @rounds = rounds
      end

      # Events per second and CPU time, by the number of threads; one thread is 1. The server has a core of its own.
      def threads
        cells = THREADS.to_h { |threads| [threads, ["event", threads]] }
        figures(cells, Cores.separate) do |measured|
          { "events per second" => rates(measured), "CPU per event" => cpu(measured) }
        end
      end

      # By the bytes of the data; 100 bytes are 1.
      def payload
        cells = SIZES.to_h { |size| [size, ["data-#{size}", 1]] }
        figures(cells) { |measured| { "events per second" => rates(measured), "CPU per event" => cpu(measured) } }
      end

      # By the events of a batch; an event of a batch of one is 1.
      def batch
        cells = BATCHES.to_h { |size| [size, ["batch-#{size}", 1]] }
        figures(cells) do |measured|
          { "events per second" => rates(measured).map { |size, rate| [size, (rate * size).round(3)] },
            "CPU per event" => cpu(measured).map { |size, cpu| [size, (cpu / size).round(3)] } }
        end
      end

      private

      def figures(cells, placement = Cores.shared)
        outcome = outcome_of(cells, placement)
        first = outcome.measured.values.first
        spreads = outcome.measured.values.map do |own|
          Statistics.spread(Statistics.ratios(own.map(&:cpu_per_thousand), first.map(&:cpu_per_thousand)))
        end
        { "series" => yield(outcome.measured), "rounds" => first.size, "taken again" => outcome.again,
          "disturbed" => outcome.disturbed, "spread" => spreads.max.round(2) }
      end

      def outcome_of(cells, placement)
        Calibration.run(placement.all) do |calibration|
          Comparison::Nginx.run(core: placement.server) do |nginx|
            program = Cores.bound_to(placement.client) { Comparison::Program.ruby("ThisGem", nginx) }
            Rounds.new(works(cells, program), calibration).run(@rounds)
          ensure
            program&.stop
          end
        end
      end

      def works(cells, program)
        cells.transform_values do |work, threads|
          ->(requests) { program.measure(work, threads, requests) }
        end
      end

      def rates(measured) = relative(measured, &:rate)

      def cpu(measured) = relative(measured, &:cpu_per_thousand)

      def relative(measured, &figure)
        base = measured.values.first.map(&figure)
        measured.map { |key, own| [key, Statistics.median(Statistics.ratios(own.map(&figure), base)).round(3)] }
      end
    end
  end
end
