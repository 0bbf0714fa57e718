# frozen_string_literal: true

require "etc"
require "pusher"
require_relative "../spec/support/channels_api"
require_relative "../spec/support/cost"
require_relative "../spec/support/endpoint_process"

# Helpers that the parts of `rake bench` share.
module Bench
  ROOT = File.expand_path("..", __dir__)

  @missing = []
  @started = Process.clock_gettime(Process::CLOCK_MONOTONIC)

  class << self
    def now = Process.clock_gettime(Process::CLOCK_MONOTONIC)

    def introduce
      JsonEngine.generate({})
      engine = JsonEngine::MODULE.adapter.name[/\w+\z/]
      puts "Ruby #{RUBY_VERSION}, multi_json with #{engine}, #{Etc.nprocessors} cores. #{load}"
    end

    def heading(text)
      puts "", "== #{text}"
    end

    # Skips a measurement. The missing programs are listed at the end.
    def skip(what, needs:)
      puts "Skipped: #{what} (#{needs} is not installed)."
      @missing << needs
    end

    # @return [Boolean] whether everything was measured
    def complete? = @missing.empty?

    def conclude
      puts "", format("Took %<seconds>.0f s. %<load>s", seconds: now - @started, load:)
      abort "Some measurements were skipped. Install #{@missing.uniq.join(", ")}, or run bin/setup." if @missing.any?
    end

    # @return [Float, nil] nil if this system does not tell
    def load_average
      File.read("/proc/loadavg").to_f if File.readable?("/proc/loadavg")
    end

    private

    def load
      load_average ? "The load average is #{load_average} (the benchmark itself adds 1 to 2)." : ""
    end
  end
end

require_relative "statistics"
require_relative "trigger_cost"
require_relative "comparison"
require_relative "interrupts"
require_relative "fibers"
require_relative "queue_memory"
require_relative "publishing"
