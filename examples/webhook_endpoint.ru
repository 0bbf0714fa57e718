# frozen_string_literal: true

# Receives webhooks of the service. Trusts only requests with a valid signature.
#
#   PUSHER_URL=… rackup -I lib examples/webhook_endpoint.ru
require "pusher"
require "rack"

# Serves every path.
class WebhookEndpoint
  def call(env)
    webhook = Pusher.webhook(Rack::Request.new(env))
    return reply(401, "Invalid signature.") unless webhook.valid?

    webhook.events.each { |event| puts "#{event["name"]} on #{event["channel"]}" }
    reply(200, "OK")
  end

  private

  def reply(status, sentence)
    [status, { "content-type" => "text/plain" }, [sentence]]
  end
end

run WebhookEndpoint.new
