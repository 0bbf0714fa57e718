# frozen_string_literal: true

# Measures the cost of a trigger, compares it with other clients, and measures the latency of interrupts. Compare only
# figures of the same run, not those of different machines or runs. With the argument `all` it compares in all cases.

require_relative "bench"

$stdout.sync = true
Bench.introduce
Bench::TriggerCost.run
Bench::Comparison.run(quick: ARGV.first != "all")
Bench::Interrupts.run
Bench::Fibers.run
Bench::QueueMemory.run
Bench::Publishing.run
Bench.conclude
