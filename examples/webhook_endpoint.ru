# frozen_string_literal: true

# Receives webhooks of the service. Only those with a valid signature reach the handlers.
#
#   PUSHER_URL=… rackup -I lib examples/webhook_endpoint.ru
require "pusher/webhooks"
require "rack"

webhooks = Pusher::Webhooks.new do
  on("channel_occupied") { |event| puts "#{event["channel"]} is occupied" }
  on("channel_vacated") { |event| puts "#{event["channel"]} is empty" }
  on("member_added", channel: "presence-room-*room") { |event, room:| puts "#{event["user_id"]} entered #{room}" }
end

map("/pusher/webhooks") { run webhooks }
