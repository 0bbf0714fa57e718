# frozen_string_literal: true

# Queries the state of channels.
#
#   PUSHER_URL=… ruby -I lib examples/queries.rb
require "pusher"

occupied = Pusher.channels(filter_by_prefix: "presence-", info: "user_count")[:channels]
occupied.each { |name, facts| puts "Users in #{name}: #{facts["user_count"]}" }
puts "No presence channel is occupied." if occupied.empty?

room = Pusher.channel_info("presence-room", info: "user_count,subscription_count")
puts "presence-room is #{room[:occupied] ? "occupied" : "empty"}."

users = Pusher.channel_users("presence-room")[:users]
puts "In there: #{users.map { |user| user["id"] }.join(", ")}" unless users.empty?
