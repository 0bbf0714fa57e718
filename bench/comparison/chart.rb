# frozen_string_literal: true

module Bench
  module Comparison
    # Draws the CPU time of an event as an SVG with a bar for each contender.
    class Chart
      FILE = File.join(ROOT, "docs/images/performance.svg")
      TITLE = "CPU time to publish an event (this gem = 1)"
      # Pixels.
      WIDTH = 720
      NAME_WIDTH = 200
      FIGURE_WIDTH = 60
      BAR = 22
      GAP = 10
      TOP = 44
      # The contenders in the chart, by the names that readers know.
      NAMES = { "this gem" => "this gem", "Net::HTTP" => "Net::HTTP, signed by hand",
                "httpclient" => "httpclient, signed by hand" }.freeze
      STYLE = <<~CSS
        text { font: 14px system-ui, sans-serif; fill: #1f2430 }
        .title { font-size: 16px; font-weight: 600 }
        .group { font-weight: 600 }
        .bar { fill: #9aa3b5 }
        .own { fill: #4b2bb3 }
        @media (prefers-color-scheme: dark) {
          text { fill: #e6e8ee }
          .bar { fill: #6b7487 }
          .own { fill: #a48bff }
        }
      CSS

      # @param results [Results]
      def initialize(results)
        @results = results
      end

      # @return [String]
      def to_svg
        height = TOP + groups.sum { |_, bars| group_height(bars) }
        <<~SVG
          <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 #{WIDTH} #{height}" role="img" aria-labelledby="title desc">
          <title id="title">#{TITLE}</title>
          <desc id="desc">#{description}</desc>
          <style>#{STYLE.tr("\n", " ").squeeze(" ")}</style>
          #{text(0, 20, TITLE, "title")}
          #{drawn.join("\n")}
          </svg>
        SVG
      end

      def write
        File.write(FILE, to_svg)
      end

      private

      def groups
        THREADS.to_h do |threads|
          own = @results.cpu("this gem", threads)
          [threads == 1 ? "one thread" : "#{threads} threads",
           NAMES.to_h { |name, shown| [shown, (@results.cpu(name, threads) / own).round(1)] }]
        end
      end

      def description
        groups.map { |group, bars| "#{group}: #{bars.map { |name, value| "#{name} #{value}" }.join(", ")}" }.join("; ")
      end

      def drawn
        top = TOP
        groups.map do |name, bars|
          lines = [text(0, top + 16, name, "group")]
          lines += bars.each_with_index.map { |(bar, value), index| bar(top + ((index + 1) * (BAR + GAP)), bar, value) }
          top += group_height(bars)
          lines.join("\n")
        end
      end

      def group_height(bars) = ((bars.size + 1) * (BAR + GAP)) + GAP

      def bar(top, name, value)
        width = ((WIDTH - NAME_WIDTH - FIGURE_WIDTH) * value / longest).round
        kind = name == "this gem" ? "own" : "bar"
        rectangle = %(<rect class="#{kind}" x="#{NAME_WIDTH}" y="#{top}" width="#{width}" height="#{BAR}"/>)
        [text(0, top + 16, name), rectangle, text(NAME_WIDTH + width + 8, top + 16, format("%g", value))].join
      end

      def longest = @longest ||= groups.values.flat_map(&:values).max

      def text(left, baseline, content, kind = nil)
        style = %( class="#{kind}") if kind
        %(<text#{style} x="#{left}" y="#{baseline}">#{content}</text>)
      end
    end
  end
end
