# frozen_string_literal: true

# The auth endpoint that pusher-js calls to subscribe to private and presence channels, and to sign a user in. This
# example trusts a header. In your application, use the authenticated user instead.
#
#   PUSHER_URL=… rackup -I lib examples/auth_endpoint.ru
require "json"
require "pusher"
require "rack"

# Serves /pusher/auth and /pusher/user-auth.
class AuthEndpoint
  def call(env)
    request = Rack::Request.new(env)
    user = env["HTTP_X_USER"] or return reply(403, { error: "Sign in first" })

    case request.path_info
    when "/pusher/auth" then reply(200, channel_auth(request, user))
    when "/pusher/user-auth" then reply(200, Pusher.authenticate_user(request.params["socket_id"], { id: user }))
    else reply(404, { error: "Not found" })
    end
  rescue Pusher::Error => e
    reply(400, { error: e.message })
  end

  private

  def channel_auth(request, user)
    channel, socket_id = request.params.values_at("channel_name", "socket_id")
    return Pusher.authenticate(channel, socket_id) unless channel.start_with?("presence-")

    Pusher.authenticate(channel, socket_id, { user_id: user, user_info: { name: user.capitalize } })
  end

  def reply(status, object)
    [status, { "content-type" => "application/json" }, [JSON.generate(object)]]
  end
end

run AuthEndpoint.new
