# frozen_string_literal: true

module Bench
  module Comparison
    # Draws the CPU time of an event as an SVG with a bar for each contender.
    class Chart
      FILE = File.join(ROOT, "docs/images/performance.svg")
      TITLE = "CPU time to publish an event, as a multiple of this gem's"
      LABELS = ["1 thread", "8 threads"].freeze
      # The contenders in the chart, by the names that readers know.
      NAMES = { "this gem" => "this gem", "Net::HTTP" => "Net::HTTP, signed by hand",
                "httpclient" => "httpclient, signed by hand", Libraries::NPM_NAME => "npm pusher (Node)",
                Libraries::PYPI_NAME => "PyPI pusher (Python)" }.freeze

      # @param results [Results]
      def initialize(results)
        @plain = results.section("plain")
      end

      # @return [String]
      def to_svg = Charts::BarChart.new(TITLE, groups, own: "this gem").to_svg

      # @return [Hash{String => Hash{String => Float}}] figures by label and name
      def groups
        LABELS.to_h do |label|
          [label, NAMES.slice(*@plain.names).to_h { |name, shown| [shown, @plain.cpu(name, label)] }]
        end
      end

      def write
        File.write(FILE, to_svg)
      end
    end
  end
end
