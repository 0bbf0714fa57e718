# frozen_string_literal: true

module Bench
  module Comparison
    # Contenders, and the cases in which they are compared with each other.
    class Section
      # A case: what is done, and by how many threads.
      Case = Struct.new(:work, :threads)

      attr_reader :key, :title, :contenders, :cases

      # @param key [String] in the results
      # @param title [String] a heading
      # @param contenders [Array<String>] names in {CONTENDERS}; the first is what the others are compared with
      # @param cases [Hash{String => Case}] by label
      # @param tls [Boolean]
      # @param keep_alive [Boolean] false: the server closes each connection, and the handshakes are counted
      # @param placement [Symbol] a method of {Cores}: the cores of clients and server
      # @param quick [Array<String>] labels of the cases that a quick run has
      def initialize(key, title, contenders, cases, tls: false, keep_alive: true, placement: :shared, # rubocop:disable Metrics/ParameterLists
                     quick: [])
        @key = key
        @title = title
        @contenders = contenders
        @cases = cases
        @tls = tls
        @keep_alive = keep_alive
        @placement = placement
        @quick = quick
      end

      def quick? = @quick.any?

      # @return [Section] with the cases of a quick run only
      def quick
        Section.new(key, title, contenders, cases.slice(*@quick), tls: @tls, keep_alive: @keep_alive,
                                                                  placement: @placement, quick: @quick)
      end

      # @return [Cores::Placement]
      def placement = Cores.public_send(@placement)

      # Measures all cases.
      #
      # @param calibration [Calibration] of the cores of {#placement}
      # @return [Figures]
      def measure(calibration, rounds)
        Bench.heading("#{title}: #{rounds} interleaved rounds")
        Nginx.run(tls: @tls, keep_alive: @keep_alive, core: placement.server) do |nginx|
          Cores.bound_to(placement.client) { figures(nginx, calibration, rounds) }
        end
      end

      private

      def figures(nginx, calibration, rounds)
        programs = start(nginx)
        outcomes = cases.transform_values { |one| outcome(programs, one, calibration, rounds) }
        Figures.of(self, outcomes, handshakes(programs, nginx))
      ensure
        programs&.each_value(&:stop)
      end

      def start(nginx)
        contenders.each_with_object({}) do |name, programs|
          missing = Comparison.missing(name)
          missing ? Bench.skip(name, needs: missing) : programs[name] = CONTENDERS.fetch(name).call(nginx)
        end
      end

      def outcome(programs, one, calibration, rounds)
        cells = programs.transform_values do |program|
          ->(requests) { program.measure(one.work, one.threads, requests) }
        end
        Rounds.new(cells, calibration).run(rounds)
      end

      # Those of the connections that each contender makes one after the other.
      def handshakes(programs, nginx)
        return if @keep_alive

        programs.transform_values do |program|
          before = nginx.handshakes
          program.measure("event", 1, 50)
          nginx.handshakes.to_h { |kind, count| [kind.to_s, count - before.fetch(kind)] }
        end
      end
    end
  end
end
