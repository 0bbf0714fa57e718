# frozen_string_literal: true

# The endpoints in a Rails application: authorisation in a controller, which knows the current user, and both endpoints
# as Rack applications in the routes.
#
#   PUSHER_URL=… rackup -I lib -r ./examples/rails_endpoints.rb -b "run RailsEndpoints"
require "action_controller/railtie"
require "pusher/authorization"
require "pusher/webhooks"

# In your application, these endpoints are defined in config/initializers/pusher.rb.
module ChannelsEndpoints
  # For the controller below, which passes current_user.
  CONTROLLED = Pusher::Authorization.new do
    private_channel("private-orders-:owner") { |_request, current_user:, owner:| owner == current_user }
    presence_channel("presence-room-*room") { |_request, current_user:| current_user && { user_id: current_user } }
    user { |_request, current_user:| current_user && { id: current_user } }
  end

  # For the routes: the request is one of Rails, with its session and its cookies.
  MOUNTED = Pusher::Authorization.new(request_class: ActionDispatch::Request) do
    private_channel("private-orders-:owner") { |request, owner:| owner == request.session[:user] }
  end

  WEBHOOKS = Pusher::Webhooks.new do
    on("channel_vacated") { |event| Rails.logger.info("#{event["channel"]} is empty") }
  end
end

# The application, in one file.
class RailsEndpoints < Rails::Application
  config.eager_load = false
  config.secret_key_base = ENV.fetch("SECRET_KEY_BASE", "only for this example: " * 4)
  config.session_store :cookie_store, key: "session"
  config.hosts.clear
  config.logger = Logger.new($stdout)

  routes.append do
    post "/login", to: "logins#create"
    post "/pusher/auth", to: "pusher#auth"
    post "/pusher/mounted-auth", to: ChannelsEndpoints::MOUNTED
    mount ChannelsEndpoints::WEBHOOKS => "/pusher/webhooks"
  end
end

# Stands in for the login of your application. It replies with the token against forgery, which pages usually contain.
class LoginsController < ActionController::Base
  def create
    session[:user] = params[:name]
    render plain: form_authenticity_token
  end
end

# pusher-js sends the token if it is configured to: channelAuthorization: { headers: { "X-CSRF-Token": token } }
class PusherController < ActionController::Base
  protect_from_forgery with: :exception

  def auth
    reply = ChannelsEndpoints::CONTROLLED.call_for(request, current_user: session[:user])
    render json: reply.body, status: reply.status
  end
end

RailsEndpoints.initialize!
