# frozen_string_literal: true

module Pusher
  module Internal
    module HTTP
      # The middleware that an application has registered for the process or for one client. It is immutable: a
      # registration creates another object, so that running requests on other threads are not affected.
      # @api private
      class RegisteredMiddleware
        # Around the whole request, and around each attempt to send it.
        POSITIONS = %i[request attempt].freeze

        # @param request [Array] outermost first
        # @param attempt [Array] outermost first
        def initialize(request = [], attempt = [])
          @request = request.freeze
          @attempt = attempt.freeze
          freeze
        end

        # Nothing is registered.
        NONE = new

        # @param around [Symbol] one of {POSITIONS}
        # @return [Array] outermost first
        def around(around) = around == :request ? @request : @attempt

        # @return [Boolean]
        def empty? = @request.empty? && @attempt.empty?

        # @return [Array] the middleware of both positions, each once
        def to_a = (@request + @attempt).uniq(&:__id__)

        # @param middleware [#call]
        # @param around [Symbol] one of {POSITIONS}
        # @return [RegisteredMiddleware]
        # @raise [ArgumentError]
        def with(middleware, around)
          unless middleware.respond_to?(:call)
            raise ArgumentError, "a middleware has call(request) { |request| … }: #{middleware.class} has no call"
          end

          case around
          when :request then RegisteredMiddleware.new([*@request, middleware], @attempt)
          when :attempt then RegisteredMiddleware.new(@request, [*@attempt, middleware])
          else raise ArgumentError, "around is :request or :attempt, got #{around.inspect}"
          end
        end

        # @return [RegisteredMiddleware] without this object in either position
        def without(middleware)
          left = [@request, @attempt].map { |list| list.reject { |one| one.equal?(middleware) } }
          RegisteredMiddleware.new(*left)
        end

        # @return [Boolean]
        def include?(middleware) = to_a.any? { |one| one.equal?(middleware) }
      end
    end
  end
end
