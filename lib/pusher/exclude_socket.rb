# frozen_string_literal: true

require_relative "../pusher"

module Pusher
  # Rack middleware that excludes the browser which has sent a request from the events that the request triggers. The
  # browser has made the change, so only others have to learn of it ({Pusher.excluding}).
  #
  #     # config.ru
  #     require "pusher/exclude_socket"
  #     use Pusher::ExcludeSocket
  #
  # In Rails, `config.pusher.exclude_socket = true` adds it to the middleware of the application.
  #
  # The browser sends the id of its socket in the header `X-Socket-ID`:
  #
  #     fetch("/messages", { method: "POST", body, headers: { "X-Socket-ID": pusher.connection.socket_id } });
  #
  # A header that is no socket id is ignored. A browser that knows the id of another socket can name it: that socket
  # does not receive the events of the request. Events that a body triggers while the web server iterates over it are
  # not covered.
  #
  # {Controller} does the same for some controllers of Rails only.
  #
  # @example
  #   require "pusher/exclude_socket"
  #
  #   application = Pusher::ExcludeSocket.new(->(_env) { [200, {}, []] })
  #   application.call({ "HTTP_X_SOCKET_ID" => "1234.5678" }).first # => 200
  class ExcludeSocket
    # The key of the header in a Rack environment.
    HEADER = "HTTP_X_SOCKET_ID"
    private_constant :HEADER

    # Excludes the socket during the actions of a controller.
    #
    # @example
    #   class ApplicationController < ActionController::Base
    #     include Pusher::ExcludeSocket::Controller
    #   end
    module Controller
      # @api private
      def self.included(controller)
        super
        controller.around_action(:exclude_pusher_socket)
      end

      private

      def exclude_pusher_socket(&action) = ExcludeSocket.around(request.env, &action)
    end

    # @api private
    # @param env [Hash] the Rack environment of a request
    # @yield handles the request
    # @return [Object] the value of the block
    def self.around(env, &block)
      socket_id = env[HEADER]
      return yield unless Internal::Native.socket_id?(socket_id)

      Pusher.excluding(socket_id, &block)
    end

    # @param app [#call] a Rack application
    def initialize(app)
      @app = app
    end

    # @param env [Hash] a Rack environment
    # @return [Array] the reply of the application
    def call(env)
      ExcludeSocket.around(env) { @app.call(env) }
    end
  end
end
