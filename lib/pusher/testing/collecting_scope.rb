# frozen_string_literal: true

require "forwardable"
require_relative "scope"

module Pusher
  module Testing
    # A scope that passes every request to another scope and keeps a list of the requests. It shares the recording and
    # everything prepared with the other scope.
    # @api private
    class CollectingScope < Scope
      extend ::Forwardable

      # @return [Array<Request>] the requests of this scope
      attr_reader :collected

      def_delegators :@scope, :requests, :events, :clear, :fail_with, :prepare_reply

      # Calls a block and collects the requests of this fiber and of the threads and fibers that the block starts.
      #
      # @return [Array(Object, Array<Request>)] the block's value, and the requests
      def self.collect(&block)
        collecting = new(Scopes.current, Scopes.own)
        [Scopes.within(collecting, &block), collecting.collected]
      end

      # @param scope [Scope] replies to the requests and records them
      # @param outer [Scope, nil] the scope in which this one is opened
      def initialize(scope, outer)
        super(outer)
        @scope = scope
        @collected = []
      end

      # @see Scope#perform
      def perform(outgoing_request)
        @scope.perform(outgoing_request) do |request|
          collected << request
          yield request if block_given?
        end
      end
    end
    private_constant :CollectingScope
  end
end
