# frozen_string_literal: true

# Publishes events to one channel, to several channels, and to everybody except the browser that caused the event.
#
#   PUSHER_URL=… ruby -I lib examples/publish.rb
require "pusher"

Pusher.trigger("news", "headline", { title: "Hello" })
Pusher.trigger(%w[news sport], "headline", { title: "To both" })

# The socket id that pusher-js sent with the form. It excludes the browser of the user, which already shows the change.
socket_id = "1234.5678"
Pusher.trigger("news", "headline", { title: "To the others" }, { socket_id: })

# The same with a channel object. `trigger` logs an error, `trigger!` raises it.
Pusher["news"].trigger!("headline", "a plain String travels as it is", socket_id)

puts "Published four events."
