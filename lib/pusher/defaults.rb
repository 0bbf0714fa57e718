# frozen_string_literal: true

require "logger"

module Pusher
  module Internal
    # What the module Pusher uses unless the application has set something else. The integration of Rails replaces the
    # defaults.
    # @api private
    module Defaults
      class << self
        # Creates the default client.
        attr_writer :client
        # Creates the logger, or returns nil.
        attr_writer :logger

        # @return [Client]
        def client
          return @client.call if @client

          # Docker Compose passes unset variables as empty ones.
          ENV["PUSHER_URL"].to_s.empty? ? Client.new : Client.from_env
        end

        # @return [Logger]
        def logger
          @logger&.call || ::Logger.new($stdout, level: ::Logger::INFO)
        end
      end
    end
  end
end
