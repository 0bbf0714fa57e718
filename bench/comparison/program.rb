# frozen_string_literal: true

require "rbconfig"

module Bench
  module Comparison
    # A contender in a process of its own, which runs for all rounds. For each line `WORK THREADS REQUESTS` it prints
    # `REQUESTS WALL CPU`.
    class Program
      FOLDER = File.join(ROOT, "bench")

      # @param name [String] of a class of bench/contenders
      # @param environment [Hash] further environment variables
      def self.ruby(name, nginx, environment = {})
        new([RbConfig.ruby, "-I", File.join(ROOT, "lib"), File.join(FOLDER, "contender.rb"), name, nginx.url], nginx,
            environment)
      end

      def self.node(nginx)
        new(["node", File.join(FOLDER, "contenders/npm.js"), Libraries.npm, nginx.url], nginx)
      end

      def self.python(nginx)
        new(["python3", "-I", File.join(FOLDER, "contenders/pypi.py"), Libraries.pypi, nginx.url], nginx)
      end

      def initialize(command, nginx, environment = {})
        @command = command
        @io = IO.popen(nginx.environment.merge(environment), command, "r+")
      end

      # @param work [String] as bench/contenders/work.rb describes it
      def measure(work, threads, requests)
        @io.puts("#{work} #{threads} #{requests}")
        line = @io.gets || raise("#{@command.join(" ")} exited early (its output is above)")
        Measurement.new(*line.split.map(&:to_f))
      end

      def stop
        @io.close
      end
    end
  end
end
