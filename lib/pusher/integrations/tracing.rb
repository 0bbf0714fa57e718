# frozen_string_literal: true

require_relative "../../pusher"
require_relative "../async/helper_thread"

module Pusher
  module Internal
    # The common part of the integrations of tracing libraries.
    # @api private
    module Tracing
      # The name of the service among messaging systems.
      SYSTEM = "pusher"

      module_function

      # Registers the middleware of an integration, once.
      #
      # @param middleware [#call]
      # @param file [String] the file that the application requires
      # @param library [String] the name of the library
      # @param setup [String] what makes it available
      # @param loaded [Boolean]
      # @raise [LoadError] if the library is not loaded
      def register(middleware, file:, library:, setup:, loaded:)
        unless loaded
          raise LoadError, "#{file} needs #{library}, which is not loaded: #{setup}, and require this file after it"
        end

        Pusher.use(middleware, around: :attempt) unless HTTP::REGISTRY.global.include?(middleware)
      end

      # @return [Boolean] whether spans can be made here: tracing libraries take locks, which a signal trap cannot
      def possible? = !HelperThread.trap?

      # @param request [HTTP::MiddlewareRequest]
      # @return [Boolean] whether it publishes events
      def publishes?(request) = !request.channels.empty?

      # @param request [HTTP::MiddlewareRequest]
      # @return [Boolean] whether it publishes several events
      def batch?(request) = publishes?(request) && request.path.end_with?("/batch_events")

      # A name with few different values: it contains no channel names and no ids.
      #
      # @param request [HTTP::MiddlewareRequest]
      # @return [String]
      def operation(request)
        return method_name(request) unless publishes?(request)

        batch?(request) ? "trigger_batch" : "trigger"
      end

      # @param request [HTTP::MiddlewareRequest]
      # @return [String] `"GET"`, `"POST"` …
      def method_name(request) = request.verb.name.upcase

      # @param request [HTTP::MiddlewareRequest]
      # @param reply [HTTP::Reply, nil]
      # @return [Integer] how often the request was sent before
      def resends(request, reply)
        attempts = reply.respond_to?(:attempts) ? reply.attempts : 1
        request.attempt + attempts - 2
      end
    end
  end
end
