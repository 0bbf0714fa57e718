# frozen_string_literal: true

require_relative "outgoing_request"
require_relative "middleware_registry"
require_relative "../async/caller_context"

module Pusher
  module Internal
    module HTTP # rubocop:disable Style/Documentation -- documented in client.rb
      # The middleware between a call of the application and the transport, outermost first:
      #
      # 1. around the request: the middleware of {Pusher.use}, then that of {Pusher::Client#use}
      # 2. around each attempt: the same, with `around: :attempt`
      # 3. the middleware of this gem, by name: instrumentation, the test mode, that of disabled requests in Rails, and
      #    WebMock
      #
      # Each has `call(request) { |request| … }`, which returns a reply. The block calls the next middleware and finally
      # the transport. Middleware of the application gets a {MiddlewareRequest}, middleware of this gem an
      # {OutgoingRequest}.
      #
      # A middleware of this gem also has `active?`. It may also have:
      #
      # - `preflight(request)`: called when a background request is accepted; raises to refuse it.
      # - `final?`: true if it lets no request through. `preflight` of the middleware behind it is then not called.
      # - `capture(work)`: called at the same moment; returns `work` wrapped with the context it needs later, on
      #   another thread or fiber. The middleware of an application may have this method, too.
      # @api private
      module Middleware
        # The names of the middleware of this gem, outermost first.
        ORDER = %i[instrumentation testing disabled webmock].freeze

        @installed = {}

        class << self
          # @param name [Symbol] one of {ORDER}
          # @param middleware [#active?, #call]
          def install(name, middleware)
            @installed = ORDER.to_h { |slot| [slot, slot == name ? middleware : @installed[slot]] }.compact
          end

          # @param name [Symbol] one of {ORDER}
          # @return [Object, nil] the middleware of that name
          def [](name) = @installed[name]

          # @param http [Client, nil]
          # @return [Boolean] whether any middleware sees the requests of this HTTP client
          def active?(http = nil)
            load_integrations
            @installed.each_value { |middleware| return true if middleware.active? } unless @installed.empty?
            REGISTRY.used? && !http.nil? && REGISTRY.used_by?(http.__send__(:client))
          end

          # Sends a request through the middleware. Without a request whose attempt it is, it is a request of its own.
          #
          # @param request [OutgoingRequest]
          # @yieldparam request [OutgoingRequest] for the transport
          # @return [Reply]
          def call(request, &transport)
            view = MiddlewareRequest.take
            return around_attempt(request, view, &transport) if view
            return around_transport(request, &transport) unless REGISTRY.used_by?(request.client)

            around_request(request.view) do
              request.view.__send__(:count_attempt)
              around_attempt(request, request.view, &transport)
            end
          end

          # Calls the application's middleware around a whole request.
          #
          # @param view [MiddlewareRequest]
          # @yield sends it
          # @return [Reply]
          def around_request(view, &sending)
            run(REGISTRY.middlewares(view.client, :request), view, &sending)
          end

          # Asks the active middleware about a request that is sent later.
          #
          # @param request [OutgoingRequest]
          # @raise [Exception] from a middleware that refuses the request
          # @return [void]
          def preflight(request)
            load_integrations
            @installed.each_value do |middleware|
              next unless middleware.active?
              break if middleware.respond_to?(:final?) && middleware.final?

              middleware.preflight(request) if middleware.respond_to?(:preflight)
            end
          end

          # Loads the integrations of libraries that the application has loaded since the last call.
          #
          # @return [void]
          def load_integrations
            return if @features == $LOADED_FEATURES.size

            # WebMock defines this method last: until then it is still loading.
            load_integration(:webmock, "webmock/middleware") if defined?(::WebMock.globally_stub_request)
            load_integration(:instrumentation, "active_support/instrumentation") if notifications?
            @features = $LOADED_FEATURES.size
          rescue ThreadError
            nil # A signal trap cannot load code.
          end

          # @param work [#call] sends a request later, on another thread or fiber
          # @param client [Pusher::Client, nil]
          # @return [#call] the same, with the context of the current thread and fiber
          def capture(work, client = nil)
            work = capture_for_application(work, client) if REGISTRY.used_by?(client)
            # The test mode is the outermost here: it may do the work at once.
            captured_by(@installed.values, work)
          end

          # Does not refer to the constant while it is an autoload, because that would load it.
          #
          # @return [Boolean, nil] whether ActiveSupport's notifications are loaded
          def notifications?
            defined?(::ActiveSupport::Notifications) && (@is_loaded ||= !::ActiveSupport.autoload?(:Notifications))
          end

          private

          def load_integration(name, file)
            require_relative "../integrations/#{file}" unless @installed.key?(name)
          end

          def around_attempt(request, view, &transport)
            request.view = view
            run(REGISTRY.middlewares(view.client, :attempt), view) { around_transport(request, &transport) }
          end

          def around_transport(request, &transport)
            load_integrations
            @installed.values.select(&:active?).reverse.inject(transport) do |inner, middleware|
              ->(passed) { middleware.call(passed, &inner) }
            end.call(request)
          end

          def run(middlewares, view, index = 0, &innermost)
            middleware = middlewares[index]
            return innermost.call unless middleware

            reply = middleware.call(view) { run(middlewares, view, index + 1, &innermost) }
            return reply if reply.respond_to?(:body)

            raise TypeError, "a middleware returns the reply of its block: #{middleware.class} returned #{reply.class}"
          end

          def capture_for_application(work, client)
            Async::CallerContext.capture(captured_by(REGISTRY.all(client), work))
          end

          def captured_by(middlewares, work)
            middlewares.reverse.inject(work) do |captured, middleware|
              middleware.respond_to?(:capture) ? middleware.capture(captured) : captured
            end
          end
        end
      end

      Middleware.load_integrations
    end
  end
end
