# frozen_string_literal: true

require_relative "background/queue_memory"
require_relative "comparison"

module Bench
  # Compares the three kinds of background requests with `trigger`.
  module Background
    PROGRAMS = { "trigger" => "ThisGem", "pool" => "InPool", "fibers" => "InFibers",
                 "EventMachine" => "OnReactor" }.freeze
    NEEDS = { "fibers" => "async", "EventMachine" => "eventmachine" }.freeze
    ROUNDS = 15
    HEAD = ["requests/s", "CPU s per 1,000", "requests ÷ trigger", "CPU ÷ trigger"].freeze

    module_function

    def run
      Bench.heading("Background requests to nginx, ten at a time: #{ROUNDS} interleaved rounds")
      return Bench.skip("the comparison", needs: "nginx-light") unless Comparison::Nginx.installed?

      Comparison::Nginx.run { |nginx| compare(nginx) }
      QueueMemory.run
    end

    def compare(nginx)
      contenders = programs.map { |name, program| Comparison::RubyProgram.new(name, program, nginx) }
      rounds = Comparison::Rounds.new(contenders, [1]).run(ROUNDS).fetch(1)
      puts line("", HEAD)
      rounds.each_key { |name| puts line(name, figures(rounds, name)) }
    ensure
      contenders&.each(&:stop)
    end

    def line(name, cells)
      name.ljust(14) + cells.map { |cell| cell.rjust(20) }.join
    end

    def programs
      NEEDS.inject(PROGRAMS) do |programs, (name, gem)|
        next programs if Gem::Specification.find_all_by_name(gem).any?

        Bench.skip(name, needs: "the gem #{gem}")
        programs.except(name)
      end
    end

    def figures(rounds, name)
      measured = rounds.fetch(name)
      [format("%d", median(measured.map(&:rate))), format("%.4f", median(measured.map(&:cpu_per_thousand))),
       ratio(rounds, name, :rate), ratio(rounds, name, :cpu_per_thousand)]
    end

    # The ratio is taken within each round, so slow changes of the load cancel out.
    def ratio(rounds, name, figure)
      pairs = rounds.fetch(name).zip(rounds.fetch("trigger"))
      format("%.2f", median(pairs.map { |one, other| one.public_send(figure) / other.public_send(figure) }))
    end

    def median(numbers) = Statistics.median(numbers)
  end
end
