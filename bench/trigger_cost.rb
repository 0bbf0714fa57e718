# frozen_string_literal: true

module Bench
  # Counts the Ruby objects and system calls of a warm trigger with a small Hash. The counts do not depend on the load.
  module TriggerCost
    module_function

    def run
      Bench.heading("Cost of a warm trigger with a small Hash")
      EndpointProcess.run do |endpoint|
        print_objects(endpoint.client_options)
        Cost.strace? ? print_system_calls(endpoint.client_options) : Bench.skip("system calls", needs: "strace")
      end
    end

    def print_objects(options)
      puts format("%<all>.1f Ruby objects, including %<dump>.1f of the JSON engine.",
                  all: Cost.objects_per_trigger(options), dump: Cost.objects_per_dump)
    end

    def print_system_calls(options)
      calls = Cost.system_calls_per_trigger(options)
      waiting, others = calls.partition { |name, _| Cost::WAITING.include?(name) }.map(&:to_h)
      puts format("%<count>.2f system calls without waiting (%<names>s), and %<waiting>.2f for waiting (%<waits>s).",
                  count: others.values.sum, names: list(others), waiting: waiting.values.sum, waits: list(waiting))
    end

    def list(calls)
      calls.map { |name, count| format("%<name>s %<count>.2f", name:, count:) }.join(", ")
    end
  end
end
