# frozen_string_literal: true

require_relative "block_call"
require_relative "channel_pattern"

module Pusher
  module Internal
    module Endpoints
      # A block that handles events of webhooks.
      # @api private
      class WebhookHandler
        # @param name [String, nil] the name of the events; nil for all
        # @param channel [String, Symbol, Regexp, nil] their channels; nil for all
        # @param block [Proc, nil]
        # @raise [ArgumentError] without a block, and for an invalid pattern
        def initialize(name, channel, block)
          raise ArgumentError, "a handler of webhooks needs a block" unless block

          @name = name
          @channel = channel.nil? || channel.is_a?(Regexp) ? channel : ChannelPattern.new(channel)
          @block = block
        end

        # Calls the block if the event is one of its events.
        #
        # @param event [Hash]
        # @param webhook [WebHook]
        # @return [void]
        def handle(event, webhook)
          return unless @name.nil? || @name == event["name"]

          parameters = parameters_of(event["channel"])
          BlockCall.call(@block, event, webhook, **parameters) if parameters
        end

        private

        def parameters_of(channel)
          return {} unless @channel
          return unless channel.is_a?(String)
          return @channel.match(channel) if @channel.is_a?(ChannelPattern)

          @channel.match(channel)&.named_captures&.transform_keys(&:to_sym)
        end
      end
    end
  end
end
