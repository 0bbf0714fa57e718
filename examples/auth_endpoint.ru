# frozen_string_literal: true

# The endpoint that pusher-js asks before it subscribes to private and presence channels, or signs a user in. Your
# application already knows who asks; this one believes a header, which yours must not.
#
#   PUSHER_URL=… rackup -I lib examples/auth_endpoint.ru
require "json"
require "pusher"
require "rack"

# Answers /pusher/auth and /pusher/user-auth.
class AuthEndpoint
  def call(env)
    request = Rack::Request.new(env)
    user = env["HTTP_X_USER"] or return reply(403, { error: "Who are you?" })

    case request.path_info
    when "/pusher/auth" then reply(200, channel_auth(request, user))
    when "/pusher/user-auth" then reply(200, Pusher.authenticate_user(request.params["socket_id"], { id: user }))
    else reply(404, { error: "Not here" })
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
