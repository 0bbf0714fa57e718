# frozen_string_literal: true

# Events that only subscribers can read, not even the service. The key never leaves the application's servers; make one
# with: ruby -r securerandom -e 'puts SecureRandom.base64(32)'
#
#   PUSHER_URL=… ruby -I lib examples/encryption.rb
require "pusher"
require "securerandom"

Pusher.encryption_master_key_base64 = ENV.fetch("PUSHER_MASTER_KEY") { SecureRandom.base64(32) }

# Any channel whose name starts with private-encrypted- is encrypted.
Pusher.trigger("private-encrypted-chat", "message", { text: "Nobody in between reads this" })

# The auth endpoint (auth_endpoint.ru) hands the channel's shared secret to subscribers who may read it.
answer = Pusher.authenticate("private-encrypted-chat", "1234.5678")
puts "Published. Subscribers get: #{answer.keys.join(", ")}."
