# frozen_string_literal: true

module Bench
  module Comparison
    # Prints the figures of a section.
    class Table
      # @param figures [Figures]
      def initialize(figures)
        @figures = figures
      end

      def report
        @figures.labels.each do |label|
          puts "", line(label, ["CPU", "spread", "per second"])
          @figures.names.each { |name| puts line(name, cells(name, label)) }
        end
        puts "", noise
      end

      private

      def line(name, cells) = name.ljust(26) + cells.map { |cell| cell.rjust(14) }.join

      def cells(name, label)
        [format("%.2f", @figures.cpu(name, label)), format("%.0f %%", @figures.spread_of(name, label) * 100),
         format("%.2f", @figures.rate(name, label))]
      end

      def noise
        content = @figures.content
        counts = { base: content["base"], again: content["taken again"], disturbed: content["disturbed"] }
        text = format("All figures are ratios to %<base>s. Rounds taken again: %<again>d. Disturbed: %<disturbed>d. " \
                      "Largest spread of a ratio of CPU: %<spread>.0f %%.", **counts, spread: @figures.spread * 100)
        @figures.disturbed? ? "#{text} The machine is disturbed. Repeat the run when it is quiet." : text
      end
    end
  end
end
