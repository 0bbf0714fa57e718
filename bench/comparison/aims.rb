# frozen_string_literal: true

module Bench
  module Comparison
    # What this gem wants to reach, checked with the figures of a run.
    class Aims
      # With one thread, an event by this gem takes at most one by this number of the CPU time of the other contender.
      CPU = { "Net::HTTP" => 2.5, Libraries::NPM_NAME => 4, "httpclient" => 8 }.freeze
      # An aim with what was measured.
      Verdict = Struct.new(:aim, :measured, :met) do
        def to_s = "Aim: #{aim}. Measured: #{measured}. #{met ? "Met" : "Not met"}."
      end

      # @param plain [Figures] of events without TLS
      # @param two_cores [Figures, nil] of the same with a core for the client and one for the server
      def initialize(plain, two_cores = nil)
        @plain = plain
        @two_cores = two_cores
      end

      # @return [Array<Verdict>]
      def verdicts
        CPU.slice(*@plain.names).map { |name, bound| share(name, bound) } << throughput
      end

      # @return [Array<Hash>] for the file
      def to_a = verdicts.map { |verdict| verdict.to_h.transform_keys(&:to_s) }

      private

      def share(name, bound)
        times = @plain.cpu(name, "1 thread")
        Verdict.new("an event takes at most 1/#{bound} of the CPU time of #{name}",
                    "1/#{format("%.1f", times)}", times >= bound)
      end

      def throughput
        times = [@plain, @two_cores].compact.map { |figures| figures.scaling("this gem", "8 threads") }
        measured = times.zip(["with the server on the same core", "on another core"])
                        .map { |one, place| "#{format("%.2f", one)} times as many #{place}" }
        Verdict.new("8 threads publish no fewer events per second than one", measured.join(", "), times.min >= 1)
      end
    end
  end
end
