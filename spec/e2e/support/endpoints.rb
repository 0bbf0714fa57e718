# frozen_string_literal: true

require "pusher/authorization"
require_relative "inbox"
require_relative "rack_adapter"
require_relative "web_server"

module EndToEnd
  # A web application with the auth endpoint of the gem. Its rules are for channels whose names contain "open".
  class Endpoints
    AUTH_PATH = "/endpoints/auth"

    # The requests to the auth endpoint.
    attr_reader :requests

    # @param pusher [Pusher::Client]
    def initialize(pusher)
      @authorization = authorization(pusher)
      @requests = Inbox.new
      @server = WebServer.new do |request|
        @requests << request
        RackAdapter.serve(@authorization, request)
      end
    end

    def channels_url = @server.url(AUTH_PATH)
    alias users_url channels_url

    def stop
      @server.stop
    end

    private

    # The parameter `user` names the user.
    def authorization(pusher)
      Pusher::Authorization.new(pusher) do
        private_channel("private-open-*name") { |request| request.params["user"] != "stranger" }
        encrypted_channel("private-encrypted-open-*name") { |request| request.params["user"] != "stranger" }
        presence_channel("presence-open-*name") do |request|
          user = request.params["user"]
          { user_id: user, user_info: Application.info(user) } unless user == "stranger"
        end
        user { |request| request.params["user"].then { |user| user != "stranger" && { id: user } } }
      end
    end
  end
end
