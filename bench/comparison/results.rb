# frozen_string_literal: true

require "json"

module Bench
  module Comparison
    # The ratios of a comparison to the bare socket with the JSON engine: those that the documents and the chart show.
    # `rake bench:publish` writes them to a file.
    class Results
      FILE = File.join(ROOT, "bench/results.json")
      BASE = "bare socket + dump"

      # @return [Results] of the last `rake bench:publish`
      def self.read = new(JSON.parse(File.read(FILE)))

      # @param rounds [Hash{Integer => Hash{String => Array<Measurement>}}] by number of threads and contender
      def self.of(rounds)
        threads = rounds.to_h do |number, measured|
          [number.to_s, measured.transform_values { |own| ratios(own, measured) }]
        end
        new({ "ruby" => RUBY_VERSION, "rounds" => ROUNDS, "spread" => spread(rounds).round(2), "threads" => threads })
      end

      # Ratios are taken within each round, so slow changes of the load cancel out.
      def self.ratios(own, measured)
        pairs = own.zip(measured.fetch(BASE))
        { "cpu" => Statistics.median(pairs.map { |one, base| one.cpu_per_thousand / base.cpu_per_thousand }).round(3),
          "rate" => Statistics.median(pairs.map { |one, base| one.rate / base.rate }).round(3) }
      end
      private_class_method :ratios

      # The largest interquartile range of the CPU of a contender, relative to its median.
      def self.spread(rounds)
        rounds.values.flat_map(&:values).map { |own| Statistics.spread(own.map(&:cpu_per_thousand)) }.max
      end
      private_class_method :spread

      # @param content [Hash] as in the file
      def initialize(content)
        @content = content
      end

      # @return [Array<String>] the contenders
      def names = @content["threads"].fetch("1").keys

      # @param name [String] a contender
      # @param threads [Integer]
      # @return [Float] CPU time per event, relative to {BASE}
      def cpu(name, threads) = ratio("cpu", name, threads)

      # @return [Float] events per second, relative to {BASE}
      def rate(name, threads) = ratio("rate", name, threads)

      # @return [Float] how far the measurements were apart
      def spread = @content["spread"]

      def write
        File.write(FILE, "#{JSON.pretty_generate(@content)}\n")
      end

      private

      def ratio(kind, name, threads) = @content["threads"].fetch(threads.to_s).fetch(name).fetch(kind)
    end
  end
end
