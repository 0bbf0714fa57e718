# frozen_string_literal: true

module Bench
  module Growth
    # The charts of the measures.
    class Pictures
      FOLDER = "docs/images"

      # @param content [Hash] of the file
      def initialize(content)
        @content = content
      end

      # @return [Hash{String => Charts::LineChart}] by the name of a file in {FOLDER}
      def to_h
        [threads, payload, batch, in_flight, held, latency, clients, calls].compact.to_h
      end

      private

      def threads
        times("threads", "Events per second and CPU time, by threads", "threads", "multiple of one thread", :log)
      end

      def payload
        times("payload", "Events per second and CPU time, by the size of the data", "bytes of data",
              "multiple of 100 bytes", :log)
      end

      def batch
        times("batch", "Events per second and CPU time, by the size of a batch", "events in a batch",
              "multiple of a batch of one", :linear)
      end

      def in_flight
        chart("in_flight", "Events per second, by requests in flight", "requests in flight, replies after 200 ms", :log,
              Charts::Axis.of_values("multiple of one in flight", [1, 10, 100, 1000], :log))
      end

      def held
        return unless @content["in_flight"]

        memory = @content["in_flight"]["held"].transform_values { |rows| rows.drop(1).map { |row| row.first(2) } }
        draw("held", "Memory of a request in flight", "requests in flight", :log, memory,
             Charts::Axis.from_zero("KiB of resident memory each", greatest(memory)))
      end

      def latency
        chart("latency", "Events per second, by the latency of the server", "milliseconds until the reply", :log,
              Charts::Axis.from_zero("part of what the latency allows", 1.0))
      end

      def clients
        memory = mebibytes("clients") || return
        draw("clients", "Memory, by clients in one process", "clients, each with an open connection", :linear, memory,
             Charts::Axis.from_zero("MiB of resident memory", greatest(memory)))
      end

      def calls
        memory = mebibytes("calls") || return
        memory = memory.to_h do |name, points|
          count = points.last.first
          ["#{thousands(count)} #{name}", points.map { |done, value| [100 * done / count, value] }]
        end
        draw("calls", "Memory, by calls in one process", "percent of the calls", :linear, memory,
             Charts::Axis.from_zero("MiB of resident memory", greatest(memory)))
      end

      def times(name, title, across, upward, scale)
        return unless @content[name]

        chart(name, title, across, scale, Charts::Axis.from_zero(upward, greatest(@content[name]["series"])))
      end

      def chart(name, title, across, scale, upward)
        draw(name, title, across, scale, @content[name]["series"], upward) if @content[name]
      end

      def draw(name, title, across, scale, series, upward) # rubocop:disable Metrics/ParameterLists
        values = series.values.first.map(&:first)
        ["growth-#{name.tr("_", "-")}.svg",
         Charts::LineChart.new(title, Charts::Axis.of_values(across, values, scale), upward, series)]
      end

      def mebibytes(name)
        @content[name]&.fetch("series")&.transform_values { |rows| rows.map { |key, memory| [key, memory / 1024.0] } }
      end

      def greatest(series) = series.values.flat_map { |points| points.map(&:last) }.max

      def thousands(number) = number.to_s.gsub(/(?<=\d)(?=(\d{3})+\z)/, ",")
    end
  end
end
