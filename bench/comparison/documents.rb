# frozen_string_literal: true

require "yaml"

module Bench
  module Comparison
    # Writes the figures of a comparison into the documents.
    class Documents
      PERFORMANCE = "docs/performance.md"
      README = File.join(ROOT, "README.md")
      BUDGETS = File.join(ROOT, "bench/budgets.yml")
      # The names in tables, where they differ.
      ROWS = { "pusher-core (Rust)" => "pusher-core alone, in Rust", "this gem" => "**this gem**",
               "bare socket + dump" => "bare socket and the JSON engine", "Net::HTTP" => "Net::HTTP, signed by hand",
               "httpclient" => "httpclient, signed by hand", "pool" => "the pool of threads",
               "pool, ten together" => "the pool, `async_batch_size = 10`", "fibers" => "fibers, with async",
               "OpenSSL by hand" => "Ruby's OpenSSL, by hand",
               "OpenSSL by hand, in software" => "the same without the SHA instructions of the CPU" }.freeze
      # The columns of the README after this gem, by contender.
      COLUMNS = ["httpclient", Libraries::NPM_NAME, Libraries::PYPI_NAME].freeze
      LABELS = Chart::LABELS

      # @param results [Results]
      def initialize(results)
        @results = results
      end

      # @return [MarkedDocument] docs/performance.md
      def performance
        tables = @results.content["sections"].keys.to_h { |key| [key, table(@results.section(key))] }
        MarkedDocument.new(PERFORMANCE, { **tables, "handshakes" => handshakes, "loading" => loading, "aims" => aims,
                                                    "instructions" => instructions, "conditions" => conditions })
      end

      # @return [String] the README with the figures in two rows of its table
      def readme(text = File.read(README))
        text = replace(text, %r{^\| CPU per event, 1 / 8 threads \|.*$},
                       "| CPU per event, 1 / 8 threads | 1 / 1 | #{cells(:cpu)} |")
        replace(text, %r{^\| events per second, 1 / 8 threads \|.*$},
                "| events per second, 1 / 8 threads | 1 / 1 | #{cells(:rate)} |")
      end

      def write
        performance.write
        File.write(README, readme)
      end

      private

      def replace(text, pattern, replacement)
        raise "the README has nothing like #{pattern.inspect}" unless text.match?(pattern)

        text.sub(pattern, replacement)
      end

      def cells(kind)
        plain = @results.section("plain")
        COLUMNS.map do |name|
          LABELS.map do |label|
            digits(plain.public_send(kind, name, label))
          end.join(" / ")
        end.join(" | ")
      end

      def table(figures)
        head = figures.labels.flat_map { |label| ["CPU, #{label}", "per second"] }
        rows = figures.names.to_h do |name|
          [name, figures.labels.flat_map { |label| [cpu(figures, name, label), digits(figures.rate(name, label))] }]
        end
        markdown(head, rows)
      end

      # With the spread, except where it is always 0.
      def cpu(figures, name, label)
        ratio = digits(figures.cpu(name, label))
        name == figures.names.first ? ratio : "#{ratio} (#{(figures.spread_of(name, label) * 100).round} %)"
      end

      def handshakes
        counts = @results.section("connections").content.fetch("handshakes")
        markdown(["full handshakes", "resumed sessions"], counts.transform_values do |one|
                                                            one.values_at("full", "resumed")
                                                          end)
      end

      def loading
        rows = @results.content.fetch("loading").transform_values do |figures|
          [digits(figures["time"]), thousands(figures["KiB"]), thousands(figures["objects"])]
        end
        markdown(["time", "KiB of resident memory", "objects"], rows)
      end

      def instructions
        counts = { **own_instructions, **@results.content.fetch("instructions") }
        markdown(["instructions"], counts.transform_values { |count| [thousands(count.round(-3))] })
      end

      # Those of bench/budgets.yml.
      def own_instructions
        counts = YAML.load_file(BUDGETS).fetch("counts")
        Instructions::OPERATIONS.values_at(*Instructions::OURS).to_h do |title|
          [title.sub(/\A\S+/) { |name| "`#{name}`" }, counts.fetch("instructions of #{title}")]
        end
      end

      def aims
        @results.content.fetch("aims").map do |aim|
          "- #{aim["aim"].sub(/\A./, &:upcase)}: #{aim["met"] ? "met" : "not met"} (#{aim["measured"]})."
        end.join("\n")
      end

      def conditions
        versions = @results.content["versions"].map { |name, version| "#{name} #{version}" }.join(", ")
        measured = "Measured on #{@results.content["cores"]} cores with #{versions}."
        text = MarkedDocument.wrap([measured, noise, places].compact.join(" "))
        text + disturbance
      end

      def places
        "The programs were not bound to cores." unless @results.content["bound to cores"]
      end

      def noise
        sections = @results.content["sections"].values
        again = sections.sum { |one| one["taken again"] }
        spread = sections.map { |one| one["spread"] }.max * 100
        "#{again} rounds were taken again. The interquartile range of a ratio of CPU was at most #{spread.round} %."
      end

      def disturbance
        return "" if @results.disturbed.empty?

        "\n\n**Other programs have disturbed this run, so the figures are inexact.**"
      end

      def markdown(head, rows)
        lines = ["| | #{head.join(" | ")} |", "| --- |#{" --- |" * head.size}"]
        rows.each do |name, cells|
          cells = cells.map { |cell| "**#{cell}**" } if name == "this gem"
          lines << "| #{ROWS.fetch(name, name)} | #{cells.join(" | ")} |"
        end
        lines.join("\n")
      end

      def digits(ratio) = Statistics.digits(ratio)

      def thousands(number) = number.to_s.gsub(/(?<=\d)(?=(\d{3})+\z)/, ",")
    end
  end
end
