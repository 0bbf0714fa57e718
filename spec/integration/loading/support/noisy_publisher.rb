# frozen_string_literal: true

# Calls what applications call, to show the warnings of Ruby and other gems. Run with -w, -W:deprecated and
# PUSHER_URL.

require "pusher"
require "base64"

Pusher.logger = Logger.new(IO::NULL)
client = Pusher::Client.from_env
client.encryption_master_key_base64 = Base64.strict_encode64("k" * 32)
binary = "d\u00E4ta".b

client.trigger("channel", "event", { text: "d\u00E4ta", nested: [1, 2.5, nil, true, :symbol], time: Time.at(0) })
client.trigger(%w[one two], "event", "text", { info: "subscription_count" })
client.trigger("private-encrypted-channel", "event", { secret: true })
client.trigger("channel", "event", binary)
client.trigger("channel", "event", { binary:, binary => binary })
client.trigger_batch({ channel: "channel", name: "event", data: { binary: } })
client["channel"].trigger("event", 1)
client.trigger_async("channel", "event", { async: true }).pop
client.channels(filter_by_prefix: "presence-")
client.authenticate("presence-channel", "1.1", { user_id: "1", user_info: { name: binary } })
client.authenticate_user("1.1", { id: "1", name: binary })

body = '{"time_ms":1,"events":[{"name":"channel_occupied","channel":"channel"}]}'
signature = OpenSSL::HMAC.hexdigest("SHA256", client.secret, body)
webhook = client.webhook({ key: client.key, signature:, body: })
webhook.valid? && webhook.events && webhook.time
client.webhook({ key: client.key, signature:, body: "" }).valid?
begin
  client.webhook({ body: "no JSON" }).events
rescue StandardError
  # Its class depends on the JSON engine.
end

puts "published"
