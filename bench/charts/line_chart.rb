# frozen_string_literal: true

require_relative "axis"

module Bench
  module Charts
    # Lines over one axis, each with its name at its end.
    class LineChart
      include Charts

      # Pixels.
      HEIGHT = 320
      LEFT = 76
      RIGHT = 190
      TOP = 44
      BOTTOM = 56
      LINE = 17

      attr_reader :title

      # @param title [String]
      # @param across [Axis]
      # @param upward [Axis]
      # @param series [Hash{String => Array<Array(Numeric, Numeric)>}] up to three, by name
      def initialize(title, across, upward, series)
        @title = title
        @across = across
        @upward = upward
        @series = series
      end

      # @return [String]
      def to_svg = svg(@title, description, HEIGHT, grid + axes + lines + names)

      private

      def description
        lines = @series.map do |name, points|
          figures = points.map { |x, y| "#{Statistics.digits(y)} at #{@across.shown(x)}" }
          "#{name}: #{figures.join(", ")}"
        end
        "#{@upward.label} by #{@across.label}. #{lines.join("; ")}"
      end

      def x(value) = LEFT + (@across.position(value) * (WIDTH - LEFT - RIGHT))

      def y(value) = HEIGHT - BOTTOM - (@upward.position(value) * (HEIGHT - TOP - BOTTOM))

      def grid
        @upward.ticks.flat_map do |tick|
          [stroke("grid", [LEFT, y(tick)], [WIDTH - RIGHT, y(tick)]),
           text(LEFT - 8, y(tick) + 5, @upward.shown(tick), "small", anchor: "end")]
        end
      end

      def axes
        bottom = HEIGHT - BOTTOM
        ticks = ticks_apart.map { |tick| text(x(tick), bottom + 18, @across.shown(tick), "small", anchor: "middle") }
        [stroke("axis", [LEFT, bottom], [WIDTH - RIGHT, bottom]), *ticks,
         text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 14, @across.label, "small", anchor: "middle"),
         upward(16, (TOP + bottom) / 2, @upward.label)]
      end

      # The ticks whose texts do not overlap.
      def ticks_apart
        @across.ticks.each_with_object([]) do |tick, kept|
          width = 4 * (@across.shown(tick).size + @across.shown(kept.last || tick).size)
          kept << tick if kept.empty? || x(tick) - x(kept.last) > width
        end
      end

      def lines
        @series.values.each_with_index.map do |points, index|
          path = points.map { |across, upward| "#{x(across).round(1)},#{y(upward).round(1)}" }.join(" ")
          dots = points.map do |across, upward|
            %(<circle class="s#{index}" cx="#{x(across).round(1)}" cy="#{y(upward).round(1)}" r="3.5"/>)
          end
          [%(<polyline class="line s#{index}" points="#{path}"/>), *dots].join
        end
      end

      def names
        places.map.with_index do |baseline, index|
          text(WIDTH - RIGHT + 10, baseline, @series.keys[index], "s#{index}")
        end
      end

      # The baselines of the names: beside the ends of the lines, but not over each other.
      def places
        ends = @series.values.map { |points| y(points.last.last) + 5 }
        lowest = TOP - LINE
        placed = ends.each_with_index.sort.map do |baseline, index|
          lowest = [baseline, lowest + LINE].max
          [index, lowest]
        end
        placed.sort.map(&:last)
      end
    end
  end
end
