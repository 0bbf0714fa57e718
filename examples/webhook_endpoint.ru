# frozen_string_literal: true

# Where the service reports what happens on its channels. A request is believed only when its signature is right.
#
#   PUSHER_URL=… rackup -I lib examples/webhook_endpoint.ru
require "pusher"
require "rack"

# Answers any path.
class WebhookEndpoint
  def call(env)
    webhook = Pusher.webhook(Rack::Request.new(env))
    return reply(401, "This did not come from the service.") unless webhook.valid?

    webhook.events.each { |event| puts "#{event["name"]} on #{event["channel"]}" }
    reply(200, "Thank you.")
  end

  private

  def reply(status, sentence)
    [status, { "content-type" => "text/plain" }, [sentence]]
  end
end

run WebhookEndpoint.new
