# frozen_string_literal: true

# One contender of a comparison: `contender.rb CONTENDER URL`. For each line `WORK THREADS REQUESTS` on stdin it does
# the work, and prints `REQUESTS WALL CPU`. Times are in seconds.

contender, url = ARGV
file = contender.gsub(/(?<=[a-z])[A-Z]/) { |letter| "_#{letter}" }.downcase
require_relative "contenders/#{file}"
require_relative "contenders/publishing"

$stdout.sync = true
publishing = Contenders::Publishing.new(Contenders.const_get(contender).new(url))
$stdin.each_line do |line|
  work, threads, requests = line.split
  puts publishing.measure(work, threads.to_i, requests.to_i).join(" ")
end
