# frozen_string_literal: true

# A Rails application that publishes the messages of its users to everybody but their author. rails_endpoints.rb shows
# how it authorises subscriptions.
#
#   PUSHER_URL=… rackup -I lib -r ./examples/rails_messages.rb -b "run RailsMessages"
require "action_controller/railtie"
require "pusher" # After Rails, as in an application whose Gemfile lists both.

# The application, in one file.
class RailsMessages < Rails::Application
  config.eager_load = false
  config.secret_key_base = ENV.fetch("SECRET_KEY_BASE", "only for this example: " * 4)
  config.hosts.clear
  config.logger = Logger.new($stdout)

  # In your application, these settings are in config/initializers/pusher.rb, which `rails generate pusher:install`
  # creates. The account comes from config/pusher.yml, from the credentials, or from PUSHER_URL, as here.
  config.pusher.log = true # one line for each request
  config.pusher.report = true # one line at boot: which account is used
  config.pusher.timeout = 3
  # The browser sends the id of its socket in the header X-Socket-ID:
  #   fetch("/rooms/7/messages", { method: "POST", body, headers: { "X-Socket-ID": pusher.connection.socket_id } });
  config.pusher.exclude_socket = true

  routes.append do
    post "/rooms/:room/messages", to: "messages#create"
    delete "/users/:id", to: "users#destroy"
  end
end

# What your application stores in its database.
Message = Struct.new(:room, :text, :at, keyword_init: true) do
  # Events contain what as_json returns.
  def as_json(options = nil) = { text:, at: }.as_json(options)
end

# Publishes in the request. If Channels fails, the action fails.
class MessagesController < ActionController::API
  def create
    message = Message.new(room: params[:room], text: params[:text], at: Time.current)
    # Neither needs a socket_id: the author does not receive the event.
    Pusher.trigger("presence-room-#{message.room}", "message", message)
    # In the background: the action does not wait for it, and does not fail with it.
    Pusher.trigger_async("rooms", "activity", { room: message.room })
    render json: message, status: :created
  end
end

# Signs a user out everywhere.
class UsersController < ActionController::API
  def destroy
    Pusher.send_to_user(params[:id], "bye", { reason: "Your account was closed." })
    Pusher.terminate_user_connections_async(params[:id])
    head :no_content
  end
end

RailsMessages.initialize!
