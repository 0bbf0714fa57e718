# frozen_string_literal: true

module Bench
  module Comparison
    # The figures of a section: for each case and contender the ratios of CPU and rate to the first contender, taken
    # within each round, and how far these ratios were apart.
    class Figures
      # @param outcomes [Hash{String => Rounds::Outcome}] by label of the case
      # @param handshakes [Hash, nil] by contender
      def self.of(section, outcomes, handshakes = nil)
        cases = outcomes.transform_values { |outcome| ratios(outcome.measured) }
        content = { "title" => section.title, "base" => section.contenders.first, **conditions(outcomes.values),
                    "spread" => spread(cases), "cases" => cases }
        content["handshakes"] = handshakes if handshakes
        content["rate to one thread"] = scaling(outcomes) if outcomes.key?("1 thread")
        new(content)
      end

      def self.conditions(outcomes)
        { "rounds" => outcomes.first.measured.values.first.size, "taken again" => outcomes.sum(&:again),
          "disturbed" => outcomes.sum(&:disturbed) }
      end

      def self.ratios(measured)
        base = measured.values.first
        measured.transform_values do |own|
          cpu = Statistics.ratios(own.map(&:cpu_per_thousand), base.map(&:cpu_per_thousand))
          rate = Statistics.ratios(own.map(&:rate), base.map(&:rate))
          { "cpu" => Statistics.median(cpu).round(3), "rate" => Statistics.median(rate).round(3),
            "cpu spread" => Statistics.spread(cpu).round(2), "rate spread" => Statistics.spread(rate).round(2) }
        end
      end

      # How many times the events per second of one thread each contender publishes with several threads.
      def self.scaling(outcomes)
        one = outcomes.fetch("1 thread").measured
        outcomes.except("1 thread").transform_values do |outcome|
          outcome.measured.to_h do |name, own|
            [name, Statistics.median(Statistics.ratios(own.map(&:rate), one.fetch(name).map(&:rate))).round(2)]
          end
        end
      end

      # The largest one.
      def self.spread(cases) = cases.values.flat_map(&:values).map { |ratios| ratios["cpu spread"] }.max

      private_class_method :conditions, :ratios, :scaling, :spread

      attr_reader :content

      # @param content [Hash] as in the file
      def initialize(content)
        @content = content
      end

      def title = content["title"]

      # @return [Array<String>] labels of the cases
      def labels = content["cases"].keys

      # @return [Array<String>] the contenders that were measured
      def names = content["cases"].values.first.keys

      # @return [Float] CPU time per event, relative to the first contender
      def cpu(name, label) = ratio("cpu", name, label)

      # @return [Float] events per second, relative to the first contender
      def rate(name, label) = ratio("rate", name, label)

      def spread_of(name, label) = ratio("cpu spread", name, label)

      # @return [Float] events per second of several threads, relative to one
      def scaling(name, label) = content.fetch("rate to one thread").fetch(label).fetch(name)

      # @return [Float] the largest interquartile range of the ratios of CPU, relative to their median
      def spread = content["spread"]

      # @return [Boolean] whether other programs have influenced the figures
      def disturbed?
        content["disturbed"] > content["rounds"] * labels.size * TOLERATED || spread > TRUSTED_SPREAD
      end

      private

      def ratio(kind, name, label) = content["cases"].fetch(label).fetch(name).fetch(kind)
    end
  end
end
