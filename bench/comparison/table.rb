# frozen_string_literal: true

module Bench
  module Comparison
    # One thread count's medians, ratios within each round, and whether the aims held.
    class Table
      SOCKET = "bare socket + dump"
      HTTPCLIENT = "httpclient"
      # This gem's CPU as a part of the rival's, at most, and the same in words.
      AIMS = { SOCKET => [1.5, "1.5 × bare socket + dump's"], HTTPCLIENT => [1 / 7r, "1/7 of httpclient's"] }.freeze
      TRUSTED_SPREAD = 0.5
      HEAD = ["requests/s", "µs each", "CPU s per 1,000", "CPU ÷ socket+dump", "CPU ÷ httpclient"].freeze

      # `measured`: the rounds' measurements by the contenders' names.
      def initialize(measured, threads)
        @measured = measured
        @threads = threads
      end

      def report
        puts "", line(@threads == 1 ? "1 thread" : "#{@threads} threads", HEAD)
        @measured.each_key { |name| puts line(name, figures(name)) }
        AIMS.each_key { |rival| puts verdict(rival) if @measured.key?(rival) }
        puts noise
      end

      private

      def line(name, cells)
        name.ljust(20) + cells.map { |cell| cell.rjust(19) }.join
      end

      def figures(name)
        rate, microseconds, cpu = %i[rate microseconds cpu_per_thousand].map { |figure| median(name, figure) }
        [rate.round.to_s, format("%.1f", microseconds), format("%.4f", cpu), ratio(name, SOCKET),
         ratio(name, HTTPCLIENT)]
      end

      def median(name, figure)
        Statistics.median(@measured.fetch(name).map(&figure))
      end

      def ratio(name, rival)
        @measured.key?(rival) ? format("%.3f", cpu_ratio(name, rival)) : "-"
      end

      # Noise that lasts as long as a round is in both numbers.
      def cpu_ratio(name, rival)
        pairs = @measured.fetch(name).zip(@measured.fetch(rival))
        Statistics.median(pairs.map { |one, other| one.cpu_per_thousand / other.cpu_per_thousand })
      end

      def verdict(rival)
        bound, words = AIMS.fetch(rival)
        ratio = cpu_ratio("this gem", rival)
        is = ratio < 1 ? format("1/%.1f", 1 / ratio) : format("%.2f ×", ratio)
        "Aim: this gem's CPU at most #{words}. It is #{is}: #{ratio <= bound ? "held" : "not held"}."
      end

      def noise
        spreads = @measured.transform_values { |rounds| Statistics.spread(rounds.map(&:cpu_per_thousand)) }
        name, spread = spreads.max_by(&:last)
        said = format("Noise: the middle half of the rounds lies at most %<percent>.0f %% apart in CPU (%<name>s).",
                      percent: spread * 100, name:)
        spread > TRUSTED_SPREAD ? "#{said} That is much: run it again on a quiet machine." : said
      end
    end
  end
end
