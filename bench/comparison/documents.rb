# frozen_string_literal: true

module Bench
  module Comparison
    # Writes the ratios of a comparison into the tables of the documents.
    class Documents
      PERFORMANCE = File.join(ROOT, "docs/performance.md")
      README = File.join(ROOT, "README.md")
      # The rows of the table, by contender.
      ROWS = { "pusher-core (Rust)" => "pusher-core alone, in Rust", "this gem" => "**this gem**",
               "Net::HTTP" => "Net::HTTP, kept alive", "httpclient" => "httpclient" }.freeze

      # @param results [Results]
      def initialize(results)
        @results = results
      end

      # @return [String] docs/performance.md with these ratios
      def performance(text = File.read(PERFORMANCE))
        ROWS.each { |name, row| text = replace(text, /^\| #{Regexp.escape(row)} \|.*$/, row(name)) }
        shares = cpu_of_httpclient.map { |times| "1/#{times}" }
        replace(text, %r{uses 1/\d+ of the CPU time with one thread, and 1/\d+},
                "uses #{shares.join(" of the CPU time with one thread, and ")}")
      end

      # @return [String] the README with these ratios
      def readme(text = File.read(README))
        text = replace(text, %r{^(\| CPU per event, 1 / 8 threads \| 1 / 1 \|) \d+ / \d+},
                       "\\1 #{cpu_of_httpclient.join(" / ")}")
        replace(text, %r{^(\| events per second, 1 / 8 threads \|) \d+ / \d+ \| 1 / 1},
                "\\1 #{rate_to_httpclient.join(" / ")} | 1 / 1")
      end

      def write
        File.write(PERFORMANCE, performance)
        File.write(README, readme)
      end

      private

      def replace(text, pattern, replacement)
        raise "the document has nothing like #{pattern.inspect}" unless text.match?(pattern)

        text.sub(pattern, replacement)
      end

      def row(name)
        ratios = THREADS.flat_map { |threads| [@results.cpu(name, threads), @results.rate(name, threads)] }
        cells = ratios.map { |ratio| digits(ratio) }
        cells.map! { |cell| "**#{cell}**" } if name == "this gem"
        "| #{ROWS.fetch(name)} | #{cells.join(" | ")} |"
      end

      # Two significant digits.
      def digits(ratio)
        return ratio.round.to_s if ratio >= 10

        format(ratio >= 1 ? "%.1f" : "%.2f", ratio)
      end

      # From the rounded ratios, so that a reader gets the same result.
      def cpu_of_httpclient
        THREADS.map { |threads| (shown(:cpu, "httpclient", threads) / shown(:cpu, "this gem", threads)).round }
      end

      def rate_to_httpclient
        THREADS.map { |threads| (shown(:rate, "this gem", threads) / shown(:rate, "httpclient", threads)).round }
      end

      def shown(kind, name, threads) = digits(@results.public_send(kind, name, threads)).to_f
    end
  end
end
