# frozen_string_literal: true

# One contender of a comparison: `contender.rb CONTENDER URL`. For each line `THREADS REQUESTS` on stdin it publishes
# events, and prints `REQUESTS WALL CPU`. Times are in seconds.

contender, url = ARGV
file = contender.gsub(/(?<=[a-z])[A-Z]/) { |letter| "_#{letter}" }.downcase
require_relative "contenders/#{file}"
require_relative "contenders/publishing"

$stdout.sync = true
publishing = Contenders::Publishing.new(Contenders.const_get(contender).new(url))
$stdin.each_line { |line| puts publishing.measure(*line.split.map(&:to_i)).join(" ") }
