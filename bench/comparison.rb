# frozen_string_literal: true

require_relative "comparison/measurement"
require_relative "comparison/nginx"
require_relative "comparison/ruby_program"
require_relative "comparison/core_program"
require_relative "comparison/rounds"
require_relative "comparison/table"
require_relative "comparison/results"
require_relative "comparison/chart"
require_relative "comparison/documents"

module Bench
  # Compares this gem with other clients that publish the same event to nginx over loopback.
  module Comparison
    RUBY_PROGRAMS = {
      "this gem" => "ThisGem",
      "bare socket" => "BareSocket",
      "bare socket + dump" => "BareSocketWithDump",
      "Net::HTTP" => "NetHttp",
      "httpclient" => "HttpClient"
    }.freeze
    THREADS = [1, 8].freeze
    ROUNDS = 25

    module_function

    def run
      Bench.heading("Sequential events to nginx over loopback: #{ROUNDS} interleaved rounds")
      return Bench.skip("the comparison", needs: "nginx-light") unless Nginx.installed?

      Nginx.run { |nginx| compare(nginx) }
    end

    # Compares, and writes the results, the chart and the tables of the documents.
    def publish
      Nginx.run do |nginx|
        results = Results.of(compare(nginx))
        abort "The machine is disturbed: nothing is written. Repeat the run." if results.spread > Table::TRUSTED_SPREAD
        [results, Chart.new(results), Documents.new(results)].each(&:write)
      end
    end

    def compare(nginx)
      contenders = start(nginx)
      rounds = Rounds.new(contenders, THREADS).run(ROUNDS)
      THREADS.each { |threads| Table.new(rounds.fetch(threads), threads).report }
      puts "", "nginx served #{nginx.requests} requests on #{nginx.connections} connections."
      rounds
    ensure
      contenders&.each(&:stop)
    end

    def start(nginx)
      programs = RUBY_PROGRAMS.dup
      programs.delete("httpclient") && Bench.skip("httpclient", needs: "the gem httpclient") unless httpclient?
      [CoreProgram.new("pusher-core (Rust)", nginx)] +
        programs.map { |name, program| RubyProgram.new(name, program, nginx) }
    end

    def httpclient?
      Gem::Specification.find_all_by_name("httpclient").any?
    end
  end
end
