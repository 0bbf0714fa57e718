# frozen_string_literal: true

require "json"
require "open3"
require "rbconfig"
require_relative "bench"
require_relative "growth/server"
require_relative "growth/compared"
require_relative "growth/counted"
require_relative "growth/pictures"
require_relative "growth/sentences"
require_relative "growth/documents"

module Bench
  # How the costs grow with the number of threads, the size of events, and so on. `rake bench:growth` measures it, and
  # writes a file, a chart for each measure, and the sentences beside the charts.
  module Growth
    FILE = File.join(ROOT, "bench/growth.json")
    PROGRAM = File.join(__dir__, "growth/program.rb")
    ROUNDS = 15
    # The measures, in the order of the documents: each returns a Hash of points by series.
    MEASURES = {
      "threads" => :threads, "payload" => :payload, "batch" => :batch, "in_flight" => :in_flight,
      "latency" => :latency, "clients" => :clients, "calls" => :calls
    }.freeze

    # The measures of {Counted} that depend on the speed of the machine.
    TIMED = %w[in_flight latency].freeze
    # How often such a measure is taken if other programs use the machine.
    ATTEMPTS = 3

    module_function

    # @param names [Array<String>] of measures; the file keeps the figures of the others
    def run(names = MEASURES.keys, rounds: ROUNDS)
      Bench.skip("growth", needs: "nginx-light") || return unless Comparison::Nginx.installed?

      content = File.exist?(FILE) ? JSON.parse(File.read(FILE)) : {}
      names.each do |name|
        Bench.heading("Growth: #{name}")
        content[name] = measure(name, rounds).tap { |figures| puts JSON.pretty_generate(figures) }
      end
      write(content)
    end

    def measure(name, rounds)
      measure = MEASURES.fetch(name)
      return Compared.new(rounds).public_send(measure) if Compared.method_defined?(measure)
      return Counted.public_send(measure) unless TIMED.include?(name)

      Calibration.run(Cores.separate.all) { |calibration| timed(measure, calibration) }
    end

    # Says how many of the two checks before and after the measure found other programs.
    def timed(measure, calibration)
      attempts = 0
      loop do
        attempts += 1
        before = calibration.quiet?
        figures = Counted.public_send(measure)
        disturbed = [before, calibration.quiet?].count(false)
        next unless disturbed.zero? || attempts == ATTEMPTS

        return { **figures, "taken again" => attempts - 1, "disturbed" => disturbed }
      end
    end

    # Writes the file, the charts and the documents.
    def write(content)
      content = MEASURES.keys.to_h { |name| [name, content[name]] }.compact
      File.write(FILE, "#{JSON.pretty_generate(content)}\n")
      Documents.new(content).write
    end

    def read = JSON.parse(File.read(FILE))

    # Runs the program of this folder. With a block, it runs at the same time.
    def program(*arguments, &block)
      command = [RbConfig.ruby, "-I", File.join(ROOT, "lib"), PROGRAM, *arguments.map(&:to_s)]
      return IO.popen(command, "r+", &block) if block

      output, status = Open3.capture2(*command)
      raise "#{arguments.first} has failed" unless status.success?

      numbers(output)
    end

    def numbers(output) = output.lines.map { |line| line.split.map(&:to_f) }
  end
end
