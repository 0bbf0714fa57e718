# frozen_string_literal: true

module Bench
  # Ruby objects and system calls of a warm trigger with a small Hash: the same on a loaded machine as on a quiet one.
  module TriggerCost
    module_function

    def run
      Bench.heading("What a warm trigger with a small Hash takes")
      EndpointProcess.run do |endpoint|
        print_objects(endpoint.client_options)
        Cost.strace? ? print_system_calls(endpoint.client_options) : Bench.skip("system calls", needs: "strace")
      end
    end

    def print_objects(options)
      puts format("%<all>.1f Ruby objects, the JSON engine's %<dump>.1f included.",
                  all: Cost.objects_per_trigger(options), dump: Cost.objects_per_dump)
    end

    def print_system_calls(options)
      calls = Cost.system_calls_per_trigger(options)
      waiting, others = calls.partition { |name, _| Cost::WAITING.include?(name) }.map(&:to_h)
      puts format("%<count>.2f system calls besides waiting (%<names>s), and %<waiting>.2f to wait (%<waits>s).",
                  count: others.values.sum, names: list(others), waiting: waiting.values.sum, waits: list(waiting))
    end

    def list(calls)
      calls.map { |name, count| format("%<name>s %<count>.2f", name:, count:) }.join(", ")
    end
  end
end
