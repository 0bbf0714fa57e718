# frozen_string_literal: true

require "yaml"
require_relative "allocations"
require_relative "instructions"
require_relative "../spec/support/cost"

module Bench
  # The counts that `rake bench:budgets` checks: instructions, objects, bytes and system calls of single operations, and
  # what loading the gem takes. They hold for one Ruby and one JSON engine, which the file names. On others there is
  # nothing to compare.
  module Budgets
    FILE = File.join(__dir__, "budgets.yml")
    # The part of a budget by which a count may exceed it. Counts vary by about one percent between runs.
    TOLERANCE = 0.03
    # A count above its budget is taken again, because disturbances of a run add to the count.
    ATTEMPTS = 3

    class << self
      # Prints the counts beside their budgets, and ends the process with an error if one is exceeded. In CI missing
      # tools are an error, too. With another Ruby or JSON engine the counts are different, so nothing is compared.
      def check
        return report_missing_tools unless installed?("valgrind") && installed?("strace")
        return puts("The budgets are not checked: they are for #{budgeted}, this is #{environment}.") if elsewhere?

        sentences = exceeded
        return if sentences.empty?

        abort "#{sentences.join("\n")}\nIf that is intended, run `rake bench:budgets:renew` and say why in the commit."
      end

      # Measures all counts and writes them to the file.
      def renew
        counts = counters.transform_values(&:call)
        content = { **environment, "counts" => counts }.to_yaml(line_width: -1)
        File.write(FILE, "# Written by `rake bench:budgets:renew`.\n#{content}")
        puts content
      end

      private

      def report_missing_tools
        sentence = "The budgets are not checked: valgrind and strace are missing (bin/setup installs them)."
        ENV["CI"] ? abort("In CI nothing may be skipped. #{sentence}") : puts(sentence)
      end

      def budgeted = read.slice(*environment.keys)

      def elsewhere? = budgeted != environment

      # @return [Array<String>] a sentence for each budget that is exceeded
      def exceeded
        read.fetch("counts").filter_map do |name, budget|
          limit = (budget * (1 + TOLERANCE)).floor
          count = smallest_count(name, limit)
          puts format("%<count>9d of %<budget>9d  %<name>s", count:, budget:, name:)
          "#{name}: #{count}, the budget is #{budget}" if count > limit
        end
      end

      def read = YAML.load_file(FILE)

      def environment
        { "ruby" => RUBY_VERSION[/\A\d+\.\d+/], "json" => JsonEngine::MODULE.adapter.name, "platform" => RUBY_PLATFORM }
      end

      def installed?(program) = system(program, "--version", out: File::NULL, err: File::NULL)

      def smallest_count(name, limit)
        counts = []
        counts << counters.fetch(name).call until counts.any? { |count| count <= limit } || counts.size == ATTEMPTS
        counts.min
      end

      def counters
        {
          "objects of a trigger" => -> { objects },
          "system calls of a trigger, waiting not included" => -> { system_calls },
          "bytes that a trigger allocates" => -> { Allocations.bytes },
          "objects that loading the gem allocates" => -> { Allocations.objects_of_loading },
          "bytes of the native library" => -> { Allocations.library_size },
          **Instructions::OURS.to_h do |operation|
            ["instructions of #{Instructions::OPERATIONS.fetch(operation)}", -> { Instructions.count(operation) }]
          end
        }
      end

      def objects
        EndpointProcess.run { |endpoint| Cost.objects_per_trigger(endpoint.client_options).ceil }
      end

      def system_calls
        EndpointProcess.run do |endpoint|
          Cost.system_calls_per_trigger(endpoint.client_options).except(*Cost::WAITING).values.sum.round
        end
      end
    end
  end
end
