# frozen_string_literal: true

# Writes the documents and the charts from bench/results.json, bench/growth.json and bench/budgets.yml.

require_relative "growth"

results = Bench::Comparison::Results.read
Bench::Comparison::Chart.new(results).write
Bench::Comparison::Documents.new(results).write
Bench::Growth::Documents.new(Bench::Growth.read).write
