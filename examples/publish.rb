# frozen_string_literal: true

# One event, to one channel and to several, and to everybody but the browser that it came from.
#
#   PUSHER_URL=… ruby -I lib examples/publish.rb
require "pusher"

Pusher.trigger("news", "headline", { title: "Hello" })
Pusher.trigger(%w[news sport], "headline", { title: "To both" })

# What pusher-js sent along with the form, so that its own user does not see the event twice.
socket_id = "1234.5678"
Pusher.trigger("news", "headline", { title: "To the others" }, { socket_id: })

# Shorter, where the channel is at hand. `trigger` logs an error, `trigger!` raises it.
Pusher["news"].trigger!("headline", "a plain String travels as it is", socket_id)

puts "Published four events."
