# frozen_string_literal: true

# Publishes an event that only its subscribers can read, and the service cannot. The key stays on the servers of the
# application. Create one with: ruby -r securerandom -e 'puts SecureRandom.base64(32)'
#
#   PUSHER_URL=… ruby -I lib examples/encryption.rb
require "pusher"
require "securerandom"

Pusher.encryption_master_key_base64 = ENV.fetch("PUSHER_MASTER_KEY") { SecureRandom.base64(32) }

# Events on channels whose names start with private-encrypted- are encrypted.
Pusher.trigger("private-encrypted-chat", "message", { text: "Nobody in between reads this" })

# The auth endpoint (auth_endpoint.ru) sends the shared secret of the channel to authorised subscribers.
response = Pusher.authenticate("private-encrypted-chat", "1234.5678")
puts "Published. Subscribers get: #{response.keys.join(", ")}."
