# frozen_string_literal: true

# The endpoints in a Sinatra application: authorisation in a route of the application, webhooks as a Rack application
# beside it.
#
#   PUSHER_URL=… rackup -I lib -r ./examples/sinatra_endpoints.rb -b "run SinatraEndpoints"
require "pusher/authorization"
require "pusher/webhooks"
require "sinatra/base"

# The application.
class SinatraApplication < Sinatra::Base
  set :environment, :production
  enable :sessions
  set :session_secret, ENV.fetch("SESSION_SECRET", "only for this example: " * 4)

  # The keyword current_user comes from the route below.
  AUTHORIZATION = Pusher::Authorization.new do
    private_channel("private-orders-:owner") { |_request, current_user:, owner:| owner == current_user }
    presence_channel("presence-room-*room") { |_request, current_user:| current_user && { user_id: current_user } }
    user { |_request, current_user:| current_user && { id: current_user } }
  end

  # Stands in for the login of your application.
  post "/login" do
    session[:user] = params[:name]
    204
  end

  post "/pusher/auth" do
    AUTHORIZATION.call_for(request, current_user: session[:user]).to_rack
  end
end

webhooks = Pusher::Webhooks.new do
  on("channel_vacated") { |event| puts "#{event["channel"]} is empty" }
end

SinatraEndpoints = Rack::Builder.app do
  map("/pusher/webhooks") { run webhooks }
  run SinatraApplication
end
