# frozen_string_literal: true

# The middleware of a client.

require_relative "../http/middleware"

module Pusher
  class Client
    # Registers a middleware for the requests of this client. It is called inside the middleware of {Pusher.use}.
    #
    # @param middleware [#call] as for {Pusher.use}
    # @param around [Symbol] `:request` or `:attempt`, as for {Pusher.use}
    # @return [Object] the middleware
    # @raise [ArgumentError] for an object without `call`, and another position
    def use(middleware, around: :request)
      register_middleware { |registered| registered.with(middleware, around) }
      middleware
    end

    # Removes a middleware that was registered with {#use}.
    #
    # @param middleware [Object] the same object
    # @return [Object, nil] the middleware; nil if it was not registered
    def remove(middleware)
      return unless Internal::HTTP::REGISTRY.of(self).include?(middleware)

      register_middleware { |registered| registered.without(middleware) }
      middleware
    end

    private

    attr_reader :registered_middleware

    def register_middleware
      Internal::HTTP::REGISTRY.change { @registered_middleware = yield(Internal::HTTP::REGISTRY.of(self)) }
    end
  end
end
