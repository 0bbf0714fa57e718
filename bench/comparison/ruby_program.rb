# frozen_string_literal: true

require "rbconfig"

module Bench
  module Comparison
    # A contender in Ruby: bench/contender.rb in a process that runs for all rounds.
    class RubyProgram
      PROGRAM = File.join(ROOT, "bench/contender.rb")

      attr_reader :name

      def initialize(name, contender, nginx)
        @name = name
        @io = IO.popen([RbConfig.ruby, "-I", File.join(ROOT, "lib"), PROGRAM, contender, nginx.url], "r+")
      end

      def measure(threads, requests)
        @io.puts("#{threads} #{requests}")
        line = @io.gets || raise("#{name} exited early (its output is above)")
        Measurement.new(*line.split.map(&:to_f))
      end

      def stop
        @io.close
      end
    end
  end
end
