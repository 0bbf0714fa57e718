# frozen_string_literal: true

require_relative "errors"
require_relative "native"

module Pusher
  module Internal
    # The socket that the events of a block exclude: {Pusher.excluding}. There is one such object. Every event asks it
    # whether it is in use, because reading a fiber-local variable takes three times as long.
    # @api private
    class Exclusion
      # The fiber-local variable. Background requests do not inherit it: their body contains the socket id already.
      KEY = :pusher_excluded_socket_id
      private_constant :KEY

      # @return [Boolean] true from the first use on
      attr_reader :used

      def initialize
        @used = false
      end

      # @return [String, nil] the socket id that the current fiber excludes
      def socket_id = Thread.current[KEY]

      # @param socket_id [String, nil]
      # @yield with this socket id, or with none
      # @return [Object] the value of the block
      # @raise [Pusher::Error] for an invalid socket id
      def with(socket_id)
        check(socket_id)
        before = Thread.current[KEY]
        @used = true
        Thread.current[KEY] = socket_id
        begin
          yield
        ensure
          Thread.current[KEY] = before
        end
      end

      # Runs the block without an excluded socket.
      #
      # @yield triggers events
      # @return [Object] the value of the block
      def without(&block) = @used ? with(nil, &block) : yield

      # Adds the socket id to an event, unless the caller's params name one.
      #
      # @param params [Hash, #merge] of the caller
      # @param event [Hash] is modified
      # @return [void]
      def add_to(event, params)
        socket_id = self.socket_id or return
        return if params.respond_to?(:key?) && (params.key?(:socket_id) || params.key?("socket_id"))

        event[:socket_id] = socket_id
      end

      private

      def check(socket_id)
        return if socket_id.nil? || Native.socket_id?(socket_id)

        raise Error, "Invalid socket ID #{socket_id.inspect}"
      end
    end

    # The exclusion of this process.
    EXCLUSION = Exclusion.new
  end
end
