# frozen_string_literal: true

# Reads random texts with the native JSON reader and with Ruby's json, and fails at the first difference. The argument
# is the number of seconds. The seed is printed, and can be passed as SEED.

require "json"
require "pusher"
require_relative "json_comparison"
require_relative "json_texts"

seed = Integer(ENV.fetch("SEED", Random.new_seed % 1_000_000))
finish = Process.clock_gettime(Process::CLOCK_MONOTONIC) + Float(ARGV.fetch(0))
texts = Fuzz::JsonTexts.new(seed)
comparison = Fuzz::JsonComparison.new
while Process.clock_gettime(Process::CLOCK_MONOTONIC) < finish
  text = texts.next_text
  difference = comparison.difference(text)
  abort "SEED=#{seed}: #{text.inspect}: #{difference}" if difference
end
puts "JSON: #{comparison.valid} valid and #{comparison.invalid} invalid texts, no difference (seed #{seed})"
