# frozen_string_literal: true

require_relative "exchange"

module Pusher
  # Where everything comes between the library and its transport that wants to: instrumentation, the test mode, stubs.
  # Every request passes here, whatever made it; while nothing is engaged, it costs a look.
  #
  # A layer answers `engaged?`, and `call(exchange) { |exchange| … }` with a reply: the block's, which asks the next
  # layer and in the end the transport, or one of its own. Where it has them, `admit(exchange)` is asked before a
  # request is put off (of the layers before the first one that is `last?`: it lets nothing through), and `bind(work)`
  # gives work that will be done later, elsewhere, what it needs from here.
  # @api private
  module Seam
    # The layers, outermost first.
    ORDER = %i[instrumentation testing webmock].freeze

    @layers = {}

    class << self
      # @param name [Symbol] one of {ORDER}
      # @param layer [#engaged?, #call]
      def install(name, layer)
        @layers = ORDER.to_h { |slot| [slot, slot == name ? layer : @layers[slot]] }.compact
      end

      # @param name [Symbol] one of {ORDER}
      # @return [Object, nil] the layer of that name
      def layer(name) = @layers[name]

      # @return [Boolean] whether anything comes between at this moment
      def engaged?
        notice_hosts
        @layers.each_value { |layer| return true if layer.engaged? }
        false
      end

      # Passes an exchange through the layers that are engaged.
      #
      # @yieldparam exchange [Exchange] for the transport
      # @return [Reply]
      def pass(exchange, &transport)
        @layers.values.select(&:engaged?).reverse.inject(transport) do |inner, layer|
          ->(passed) { layer.call(passed, &inner) }
        end.call(exchange)
      end

      # Asks the layers about a request that will be sent later: one that refuses it raises.
      #
      # @param exchange [Exchange]
      def admit(exchange)
        notice_hosts
        @layers.each_value do |layer|
          next unless layer.engaged?
          break if layer.respond_to?(:last?) && layer.last?

          layer.admit(exchange) if layer.respond_to?(:admit)
        end
      end

      # Loads the layers of the libraries that are there by now, however late they came. It costs a look.
      #
      # @return [void]
      def notice_hosts
        # Its last method of use: a WebMock that is still being loaded is not there yet.
        require_relative "webmock/layer" if !@layers.key?(:webmock) && defined?(::WebMock.globally_stub_request)
        require_relative "instrumentation" if !@layers.key?(:instrumentation) && notifications?
      rescue ThreadError
        nil # In a signal trap nothing can be loaded.
      end

      # Work that is done later, elsewhere, as if it were done here.
      #
      # @return [#call]
      def bind(work)
        @layers.values.reverse.inject(work) { |bound, layer| layer.respond_to?(:bind) ? layer.bind(bound) : bound }
      end

      # @return [Boolean, nil] whether ActiveSupport's notifications are loaded; to name them would load them
      def notifications?
        defined?(::ActiveSupport::Notifications) && (@is_loaded ||= !::ActiveSupport.autoload?(:Notifications))
      end
    end
  end
  private_constant :Seam

  Seam.notice_hosts
end
