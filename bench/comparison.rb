# frozen_string_literal: true

require_relative "calibration"
require_relative "libraries"
require_relative "measurement"
require_relative "rounds"
require_relative "comparison/nginx"
require_relative "comparison/program"
require_relative "comparison/core_program"

module Bench
  # Compares this gem with other clients that do the same, mostly against nginx over loopback.
  module Comparison
    # Hides the SHA instructions of an x86 CPU from OpenSSL (bit 29 of the second word).
    WITHOUT_SHA = { "OPENSSL_ia32cap" => ":~0x20000000" }.freeze
    # How each contender is started.
    CONTENDERS = {
      "this gem" => ->(nginx) { Program.ruby("ThisGem", nginx) },
      "pusher-core (Rust)" => ->(nginx) { CoreProgram.new(nginx) },
      "bare socket" => ->(nginx) { Program.ruby("BareSocket", nginx) },
      "bare socket + dump" => ->(nginx) { Program.ruby("BareSocketWithDump", nginx) },
      "Net::HTTP" => ->(nginx) { Program.ruby("NetHttp", nginx) },
      "httpclient" => ->(nginx) { Program.ruby("HttpClient", nginx) },
      Libraries::NPM_NAME => ->(nginx) { Program.node(nginx) },
      Libraries::PYPI_NAME => ->(nginx) { Program.python(nginx) },
      "OpenSSL by hand" => ->(nginx) { Program.ruby("OpenSsl", nginx) },
      "OpenSSL by hand, in software" => ->(nginx) { Program.ruby("OpenSsl", nginx, WITHOUT_SHA) },
      "pool" => ->(nginx) { Program.ruby("InPool", nginx) },
      "pool, ten together" => ->(nginx) { Program.ruby("InCoalescingPool", nginx) },
      "fibers" => ->(nginx) { Program.ruby("InFibers", nginx) },
      "EventMachine" => ->(nginx) { Program.ruby("OnReactor", nginx) }
    }.freeze
    GEMS = { "httpclient" => "httpclient", "fibers" => "async", "EventMachine" => "eventmachine" }.freeze
    # The largest interquartile range of a ratio of CPU, relative to its median, on a machine that nothing else uses.
    # Threads that compete for Ruby's lock make the ratios differ by up to a third there, too.
    TRUSTED_SPREAD = 0.5
    # The part of the rounds that other programs may disturb: medians do not depend on so few.
    TOLERATED = 0.1
    ROUNDS = 21
    QUICK_ROUNDS = 11

    module_function

    # @return [String, nil] what a contender needs and this machine lacks
    def missing(name)
      return "npm's package pusher" if name == Libraries::NPM_NAME && !Libraries.npm
      return "PyPI's package pusher" if name == Libraries::PYPI_NAME && !Libraries.pypi

      gem = GEMS[name]
      "the gem #{gem}" if gem && Gem::Specification.find_all_by_name(gem).empty?
    end

    # Compares, and prints the figures.
    #
    # @param quick [Boolean] whether to leave out most cases
    def run(quick: true)
      return Bench.skip("the comparison", needs: "nginx-light") unless Nginx.installed?

      report(compare(quick:, rounds: QUICK_ROUNDS))
    end

    # Compares, and writes the results, the chart and the tables of the documents.
    #
    # @param anyway [Boolean] whether to write them if other programs have disturbed the run; the documents say so
    def publish(anyway: false, rounds: ROUNDS)
      results = compare(quick: false, rounds:, instructions: true)
      report(results)
      abort "Nothing is written, because some contenders are missing. Run bin/setup." unless Bench.complete?
      keep_disturbed(results) if results.disturbed.any? && !anyway

      [results, Chart.new(results), Documents.new(results)].each(&:write)
    end

    # Ends the program.
    def keep_disturbed(results)
      results.write(Results::DISTURBED)
      abort "Nothing is published. Repeat the run on a quiet machine, or copy #{Results::DISTURBED} to " \
            "#{Results::FILE} and run `rake bench:documents`: the documents then say that the run was disturbed."
    end

    # @return [Results]
    def compare(quick:, rounds:, instructions: false)
      sections = quick ? SECTIONS.select(&:quick?).map(&:quick) : SECTIONS
      figures, slowdowns = measure(sections, rounds)
      loading = Cores.bound_to(Cores.shared.client) { Loading.measure(rounds) }
      Results.of(figures, slowdowns, loading:, instructions: instructions ? Instructions.of_others : nil)
    end

    # Measures sections, and once more those that other programs have disturbed.
    #
    # @return [Array] the figures by section, and the slowdowns of the calibrations
    def measure(sections, rounds)
      calibrations = Hash.new { |all, cores| all[cores] = Calibration.new(cores) }
      measured = sections.to_h { |section| [section, figures(section, calibrations, rounds)] }
      disturbed = measured.keys.select { |section| measured[section].disturbed? }
      disturbed.each { |section| measured[section] = figures(section, calibrations, rounds) }
      [measured.transform_keys(&:key), calibrations.values.flat_map(&:slowdowns)]
    ensure
      calibrations.each_value(&:stop)
    end

    def figures(section, calibrations, rounds)
      section.measure(calibrations[section.placement.all], rounds).tap { |figures| Table.new(figures).report }
    end

    def report(results)
      Loading.report(results.content["loading"])
      Bench.heading("Aims")
      puts Aims.new(results.section("plain"), results.two_cores).verdicts
      return if results.disturbed.empty?

      puts "", "Disturbed by other programs: #{results.disturbed.join("; ")}."
    end
  end
end

require_relative "instructions"
require_relative "comparison/figures"
require_relative "comparison/section"
require_relative "comparison/sections"
require_relative "comparison/aims"
require_relative "comparison/table"
require_relative "comparison/loading"
require_relative "comparison/results"
require_relative "charts"
require_relative "marked_document"
require_relative "comparison/chart"
require_relative "comparison/documents"
