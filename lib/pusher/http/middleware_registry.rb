# frozen_string_literal: true

require_relative "registered_middleware"

module Pusher
  module Internal
    module HTTP
      # The middleware that is registered for the process. It is an object, because every request reads its instance
      # variables, and reading those of a module costs more.
      # @api private
      class MiddlewareRegistry
        # @return [RegisteredMiddleware] the middleware of the process
        attr_reader :global

        def initialize
          @global = RegisteredMiddleware::NONE
          @is_used = false
          # Only registrations take this lock, requests do not.
          @lock = Mutex.new
        end

        # Changes the middleware of the process.
        #
        # @yieldparam registered [RegisteredMiddleware]
        # @yieldreturn [RegisteredMiddleware]
        def change_global
          change { @global = yield(@global) }
        end

        # @yield changes the middleware of the process or of a client
        def change
          @lock.synchronize do
            yield
            @is_used = true
          end
        end

        # @return [Boolean] true from the first registration on, even if it was removed
        def used? = @is_used

        # @param client [Pusher::Client, nil]
        # @return [Boolean] whether any middleware sees the requests of this client
        def used_by?(client)
          @is_used && !(@global.empty? && of(client).empty?)
        end

        # @param client [Pusher::Client, nil]
        # @return [RegisteredMiddleware] the middleware of this client only
        def of(client)
          (client.__send__(:registered_middleware) if client.is_a?(Pusher::Client)) || RegisteredMiddleware::NONE
        end

        # @param client [Pusher::Client, nil]
        # @param around [Symbol] one of {RegisteredMiddleware::POSITIONS}
        # @return [Array] outermost first
        def middlewares(client, around) = [*@global.around(around), *of(client).around(around)]

        # @param client [Pusher::Client, nil]
        # @return [Array] outermost first, each once
        def all(client) = [*@global.to_a, *of(client).to_a].uniq(&:__id__)
      end

      # The registry of this process.
      REGISTRY = MiddlewareRegistry.new
    end
  end
end
