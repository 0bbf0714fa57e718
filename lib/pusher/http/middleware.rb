# frozen_string_literal: true

require_relative "outgoing_request"

module Pusher
  module Internal
    module HTTP # rubocop:disable Style/Documentation -- documented in client.rb
      # The middleware between the client and its transport: instrumentation, the test mode and WebMock.
      #
      # A middleware has `active?`, and `call(request) { |request| … }`, which returns a reply. The block calls the next
      # middleware and finally the transport. A middleware may also have:
      #
      # - `preflight(request)`: called when a background request is accepted; raises to refuse it.
      # - `final?`: true if it lets no request through. `preflight` of the middleware behind it is then not called.
      # - `capture(work)`: called at the same moment; returns `work` wrapped with the context it needs later, on
      #   another thread or fiber.
      # @api private
      module Middleware
        # The names of the middleware, outermost first.
        ORDER = %i[instrumentation testing webmock].freeze

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

          # @return [Boolean] whether any middleware is active
          def active?
            load_integrations
            @installed.each_value { |middleware| return true if middleware.active? }
            false
          end

          # Sends a request through the active middleware.
          #
          # @param request [OutgoingRequest]
          # @yieldparam request [OutgoingRequest] for the transport
          # @return [Reply]
          def call(request, &transport)
            @installed.values.select(&:active?).reverse.inject(transport) do |inner, middleware|
              ->(passed) { middleware.call(passed, &inner) }
            end.call(request)
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
            # WebMock defines this method last: until then it is still loading.
            if !@installed.key?(:webmock) && defined?(::WebMock.globally_stub_request)
              require_relative "../integrations/webmock/middleware"
            end
            return if @installed.key?(:instrumentation) || !notifications?

            require_relative "../integrations/active_support/instrumentation"
          rescue ThreadError
            nil # A signal trap cannot load code.
          end

          # @param work [#call] sends a request later, on another thread or fiber
          # @return [#call] the same, with the context of the current thread and fiber
          def capture(work)
            @installed.values.reverse.inject(work) do |captured, middleware|
              middleware.respond_to?(:capture) ? middleware.capture(captured) : captured
            end
          end

          # Does not refer to the constant while it is an autoload, because that would load it.
          #
          # @return [Boolean, nil] whether ActiveSupport's notifications are loaded
          def notifications?
            defined?(::ActiveSupport::Notifications) && (@is_loaded ||= !::ActiveSupport.autoload?(:Notifications))
          end
        end
      end

      Middleware.load_integrations
    end
  end
end
