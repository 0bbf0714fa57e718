# frozen_string_literal: true

# The auth endpoint that pusher-js calls to subscribe to channels, and to sign a user in. This example trusts a header.
# In your application, use the authenticated user instead.
#
#   PUSHER_URL=… rackup -I lib examples/auth_endpoint.ru
require "pusher/authorization"
require "rack"

user_of = ->(request) { request.get_header("HTTP_X_USER") }

authorization = Pusher::Authorization.new do
  # Users read only their own orders: private-orders-ann is Ann's channel.
  private_channel("private-orders-:owner") { |request, owner:| owner == user_of[request] }

  # Everybody who is signed in may enter a room.
  presence_channel("presence-room-*room") do |request|
    user = user_of[request]
    user && { user_id: user, user_info: { name: user.capitalize } }
  end

  user { |request| user_of[request] && { id: user_of[request] } }
end

map("/pusher/auth") { run authorization }
