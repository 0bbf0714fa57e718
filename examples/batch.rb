# frozen_string_literal: true

# Publishes several events (up to ten) in one request.
#
#   PUSHER_URL=… ruby -I lib examples/batch.rb
require "pusher"

goals = [["red", 1], ["blue", 1], ["red", 2]]

Pusher.trigger_batch(
  goals.map { |team, score| { channel: "scores", name: "goal", data: { team:, score: } } }
)
puts "Published #{goals.size} events."
