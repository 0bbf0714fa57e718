# frozen_string_literal: true

module Bench
  module Comparison
    # The results for one thread count: medians, ratios within each round, and whether the aims are met.
    class Table
      SOCKET = "bare socket + dump"
      HTTPCLIENT = "httpclient"
      # The maximum CPU of this gem relative to another contender, as a number and in words.
      AIMS = { SOCKET => [1.5, "1.5 × bare socket + dump's"], HTTPCLIENT => [1 / 7r, "1/7 of httpclient's"] }.freeze
      TRUSTED_SPREAD = 0.5
      HEAD = ["requests/s", "µs each", "CPU s per 1,000", "CPU ÷ socket+dump", "CPU ÷ httpclient"].freeze

      # `measured` maps the names of the contenders to their measurements.
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

      # The ratio is taken within each round, so slow changes of the load cancel out.
      def cpu_ratio(name, rival)
        pairs = @measured.fetch(name).zip(@measured.fetch(rival))
        Statistics.median(pairs.map { |one, other| one.cpu_per_thousand / other.cpu_per_thousand })
      end

      def verdict(rival)
        bound, words = AIMS.fetch(rival)
        ratio = cpu_ratio("this gem", rival)
        is = ratio < 1 ? format("1/%.1f", 1 / ratio) : format("%.2f ×", ratio)
        "Aim: at most #{words} CPU. Measured: #{is}. #{ratio <= bound ? "Met" : "Not met"}."
      end

      def noise
        spreads = @measured.transform_values { |rounds| Statistics.spread(rounds.map(&:cpu_per_thousand)) }
        name, spread = spreads.max_by(&:last)
        noise = format("Noise: interquartile range of the CPU at most %<percent>.0f %% of the median (%<name>s).",
                       percent: spread * 100, name:)
        spread > TRUSTED_SPREAD ? "#{noise} This is high. Repeat the run on a quiet machine." : noise
      end
    end
  end
end
