# frozen_string_literal: true

module Bench
  module Charts
    # Horizontal bars in groups.
    class BarChart
      include Charts

      # Pixels.
      NAME_WIDTH = 210
      FIGURE_WIDTH = 50
      BAR = 22
      GAP = 10
      TOP = 40

      attr_reader :title

      # @param title [String] with the unit
      # @param groups [Hash{String => Hash{String => Float}}] figures by group and name
      # @param own [String] the name that is emphasised
      def initialize(title, groups, own:)
        @title = title
        @groups = groups
        @own = own
      end

      # @return [String]
      def to_svg
        svg(@title, description, TOP + @groups.values.sum { |bars| group_height(bars) }, drawn)
      end

      private

      def description
        @groups.map { |group, bars| "#{group}: #{bars.map { |name, value| "#{name} #{shown(value)}" }.join(", ")}" }
               .join("; ")
      end

      def drawn
        bottom = TOP
        @groups.map do |name, bars|
          top = bottom
          bottom += group_height(bars)
          axis = stroke("axis", [NAME_WIDTH, top + BAR + 4], [NAME_WIDTH, bottom - GAP - 4])
          [text(0, top + 16, name, "group"), *rows(top, bars), axis].join("\n")
        end
      end

      def rows(top, bars)
        bars.each_with_index.map { |(name, value), index| bar(top + ((index + 1) * (BAR + GAP)), name, value) }
      end

      def group_height(bars) = ((bars.size + 1) * (BAR + GAP)) + GAP

      def bar(top, name, value)
        width = (WIDTH - NAME_WIDTH - FIGURE_WIDTH) * value / longest
        kind = name == @own ? "own" : "bar"
        rectangle = %(<rect class="#{kind}" x="#{NAME_WIDTH}" y="#{top}" width="#{width.round(1)}" height="#{BAR}"/>)
        [text(0, top + 16, name), rectangle, text(NAME_WIDTH + width + 8, top + 16, shown(value))].join
      end

      def shown(value) = format("%g", Statistics.digits(value))

      def longest = @longest ||= @groups.values.flat_map(&:values).max
    end
  end
end
