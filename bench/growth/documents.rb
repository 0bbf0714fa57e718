# frozen_string_literal: true

module Bench
  module Growth
    # Writes the charts, and the sentences and the charts into docs/performance.md.
    class Documents
      PERFORMANCE = "docs/performance.md"
      TITLES = { "threads" => "Threads", "payload" => "The size of an event", "batch" => "The size of a batch",
                 "in_flight" => "Requests in flight", "latency" => "The latency of the server",
                 "clients" => "Clients in one process", "calls" => "Calls in one process" }.freeze
      # Further charts of a measure.
      FURTHER = { "in_flight" => ["held"] }.freeze

      # @param content [Hash] of the file
      def initialize(content)
        @content = content
        @pictures = Pictures.new(content).to_h
      end

      # @return [MarkedDocument]
      def performance = MarkedDocument.new(PERFORMANCE, { "growth" => growth })

      # @return [Hash{String => String}] SVG by path
      def pictures
        @pictures.to_h { |name, chart| [File.join(ROOT, Pictures::FOLDER, name), chart.to_svg] }
      end

      def write
        pictures.each { |path, svg| File.write(path, svg) }
        performance.write
      end

      private

      def growth
        sentences = Sentences.new(@content)
        @content.keys.flat_map do |name|
          text = MarkedDocument.wrap(sentences.public_send(name))
          ["### #{TITLES.fetch(name)}", text, *disturbance(name), *images(name)]
        end.join("\n\n")
      end

      def disturbance(name)
        measure = @content[name]
        return if measure["disturbed"].to_i <= measure["rounds"].to_i * Comparison::TOLERATED

        "**Other programs have disturbed this measurement, so its figures are inexact.**"
      end

      def images(name)
        [name, *FURTHER.fetch(name, [])].map do |picture|
          file = "growth-#{picture.tr("_", "-")}.svg"
          "![#{@pictures.fetch(file).title}](images/#{file})"
        end
      end
    end
  end
end
