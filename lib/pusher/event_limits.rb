# frozen_string_literal: true

module Pusher
  module Internal
    # The limits that the documentation of the HTTP API sets. A server may have others.
    #
    # An event that exceeds one of them is sent in a request of its own: some servers publish the events in front of it
    # before they refuse a batch, and these would be published twice when they are sent again one by one.
    # @api private
    module EventLimits
      # Documented as characters. sockudo counts the bytes of an event name; a channel name has only ASCII characters.
      NAME_BYTES = 200
      DATA_BYTES = 10 * 1024
      SOCKET_ID = /\A\d+\.\d+\z/
      CHANNEL = /\A#?[A-Za-z0-9_\-=@,.;]+\z/
      private_constant :NAME_BYTES, :DATA_BYTES, :SOCKET_ID, :CHANNEL

      class << self
        # @param channel [String]
        # @param name [Object]
        # @param data [String] as it is sent
        # @param params [Hash{String => Object}] `"socket_id"` and `"info"` where the event has them
        # @return [Boolean]
        def exceeded?(channel, name, data, params)
          data.bytesize > DATA_BYTES || !channel?(channel) || !name?(name) || !socket_id?(params["socket_id"]) ||
            !info?(channel, params["info"])
        end

        private

        # Channels of signed-in users start with a character that others cannot have.
        def channel?(channel)
          channel.size.between?(1, NAME_BYTES) && CHANNEL.match?(channel)
        end

        def name?(name)
          name = name.name if name.is_a?(Symbol)
          name.is_a?(String) && name.bytesize.between?(1, NAME_BYTES)
        end

        def socket_id?(socket_id) = socket_id.nil? || (socket_id.is_a?(String) && SOCKET_ID.match?(socket_id))

        # Only presence channels have users.
        def info?(channel, info)
          info.nil? || (info.is_a?(String) && (channel.start_with?("presence-") || !info.include?("user_count")))
        end
      end
    end
  end
end
