# frozen_string_literal: true

require "json"
require "open3"
require "rbconfig"

module Bench
  module Comparison
    # What `require "pusher"` takes, compared with requiring the libraries that the documented gem requires: httpclient,
    # multi_json and those of Ruby. Each in a process of its own.
    module Loading
      PROGRAMS = { "this gem" => %w[pusher], "httpclient, multi_json, openssl, json" =>
                   %w[httpclient multi_json openssl json digest/md5 base64 uri] }.freeze
      # Prints seconds, KiB of resident memory and objects.
      CODE = <<~RUBY
        rss = -> { File.read("/proc/self/status")[/VmRSS:\\s*(\\d+)/, 1].to_i }
        GC.start
        memory, objects = rss.call, GC.stat(:total_allocated_objects)
        started = Process.clock_gettime(Process::CLOCK_MONOTONIC)
        ARGV.each { |library| require library }
        puts [Process.clock_gettime(Process::CLOCK_MONOTONIC) - started, rss.call - memory,
              GC.stat(:total_allocated_objects) - objects].join(" ")
      RUBY

      module_function

      # @return [Hash{String => Hash}] for each, the time relative to this gem, KiB, and objects
      def measure(rounds)
        PROGRAMS.each_value { |libraries| run(libraries) }
        runs = Array.new(rounds) { PROGRAMS.transform_values { |libraries| run(libraries) } }
        PROGRAMS.keys.to_h { |name| [name, figures(runs, name)] }
      end

      def figures(runs, name)
        seconds, memory, objects = runs.map { |run| run.fetch(name) }.transpose
        own = runs.map { |run| run.fetch("this gem").first }
        { "time" => Statistics.median(Statistics.ratios(seconds, own)).round(2),
          "KiB" => Statistics.median(memory).round, "objects" => Statistics.median(objects).round }
      end

      def report(figures)
        Bench.heading("Loading, in a process of its own")
        figures.each do |name, figure|
          puts format("%-40<name>s %6.2<time>f x the time %8<memory>d KiB resident %8<objects>d objects",
                      name:, time: figure["time"], memory: figure["KiB"], objects: figure["objects"])
        end
      end

      def run(libraries)
        output, status = Open3.capture2(RbConfig.ruby, "-I", File.join(ROOT, "lib"), "-e", CODE, *libraries)
        status.success? ? output.split.map(&:to_f) : raise("#{libraries.join(", ")} could not be loaded")
      end
      private_class_method :run, :figures
    end
  end
end
