# frozen_string_literal: true

# Handles the errors of a request.
#
#   PUSHER_URL=… ruby -I lib examples/errors.rb
require "pusher"
require "socket"

def publish(pusher)
  pusher.trigger("news", "headline", { title: "Hello" })
  puts "Published."
rescue Pusher::AuthenticationError => e
  puts "The key or the secret is wrong (status #{e.status})."
rescue Pusher::HTTPError => e
  puts "No reply: #{e.original_error.class}."
rescue Pusher::Error => e
  puts "The service refused it (status #{e.status}), try again in #{e.retry_after || "a few"} s."
end

pusher = Pusher::Client.from_env
publish(pusher)

pusher.secret = "not the secret"
publish(pusher)

pusher.port = TCPServer.open(0) { |server| server.local_address.ip_port } # nobody listens there now
publish(pusher)
