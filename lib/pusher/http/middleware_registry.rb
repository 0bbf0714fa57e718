# frozen_string_literal: true

require_relative "registered_middleware"

module Pusher
  module Internal
    module HTTP
      # What is registered for the process, and whether anything is. An object, because reading instance variables of an
      # object costs less than reading those of a module, and every request does it.
      # @api private
      class MiddlewareRegistry
        # @return [RegisteredMiddleware] what is registered for the process
        attr_reader :global

        def initialize
          @global = RegisteredMiddleware::NONE
          @is_used = false
          # Registrations exclude each other. Requests take no lock.
          @lock = Mutex.new
        end

        # Changes what is registered for the process.
        #
        # @yieldparam registered [RegisteredMiddleware]
        # @yieldreturn [RegisteredMiddleware]
        def change_global
          change { @global = yield(@global) }
        end

        # @yield changes what is registered for the process or for a client
        def change
          @lock.synchronize do
            yield
            @is_used = true
          end
        end

        # @return [Boolean] whether anything was ever registered
        def used? = @is_used

        # @param client [Pusher::Client, nil]
        # @return [Boolean] whether anything is registered that sees the requests of this client
        def used_by?(client)
          @is_used && !(@global.empty? && of(client).empty?)
        end

        # @param client [Pusher::Client, nil]
        # @return [RegisteredMiddleware] what is registered for this client alone
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

      # That of this process.
      REGISTRY = MiddlewareRegistry.new
    end
  end
end
