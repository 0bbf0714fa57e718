# frozen_string_literal: true

# What a trigger costs, what it costs elsewhere, how fast it lets itself be interrupted. Figures of one run compare with
# each other, not with those of another machine or another hour.

require_relative "bench"

$stdout.sync = true
Bench.introduce
Bench::TriggerCost.run
Bench::Comparison.run
Bench::Interrupts.run
Bench::Fibers.run
Bench::Background.run
Bench.conclude
