# frozen_string_literal: true

# Measures the cost of a trigger, compares it with other clients, and measures the latency of interrupts. Compare only
# figures of the same run, not those of different machines or runs.

require_relative "bench"

$stdout.sync = true
Bench.introduce
Bench::TriggerCost.run
Bench::Comparison.run
Bench::Interrupts.run
Bench::Fibers.run
Bench::Background.run
Bench::Publishing.run
Bench.conclude
