# frozen_string_literal: true

require "json"

module Bench
  module Comparison
    # The figures that the documents and the charts show. `rake bench:publish` writes them to a file.
    class Results
      FILE = File.join(ROOT, "bench/results.json")
      # Those of a disturbed run, which are not published.
      DISTURBED = File.join(ROOT, "tmp/disturbed_results.json")

      # @return [Results] of the last `rake bench:publish`
      def self.read = new(JSON.parse(File.read(FILE)))

      # @param sections [Hash{String => Figures}]
      # @param loading [Hash] of {Loading}
      # @param instructions [Hash] of other libraries
      def self.of(sections, slowdowns, loading: nil, instructions: nil)
        versions = { "Ruby" => RUBY_VERSION, **Libraries.versions, "npm pusher" => Libraries::NPM,
                     "PyPI pusher" => Libraries::PYPI }
        new({ "versions" => versions, "cores" => Etc.nprocessors, "load average" => Bench.load_average,
              "calibration" => { "median" => Statistics.median(slowdowns).round(2), "worst" => slowdowns.max.round(2) },
              "bound to cores" => Cores.bindable?, "sections" => sections.transform_values(&:content),
              "aims" => Aims.new(sections.fetch("plain"), sections["two_cores"]).to_a,
              "loading" => loading, "instructions" => instructions })
      end

      attr_reader :content

      # @param content [Hash] as in the file
      def initialize(content)
        @content = content
      end

      # @return [Figures]
      def section(key) = Figures.new(content["sections"].fetch(key))

      # @return [Figures, nil] of events with a core for the client and one for the server
      def two_cores = content["sections"].key?("two_cores") ? section("two_cores") : nil

      # @return [Array<String>] titles of the sections that other programs have influenced
      def disturbed = content["sections"].values.map { |one| Figures.new(one) }.select(&:disturbed?).map(&:title)

      def write(file = FILE)
        File.write(file, "#{JSON.pretty_generate(content)}\n")
      end
    end
  end
end
