# frozen_string_literal: true

require "forwardable"

module Pusher
  module Testing
    # A scope inside another that adds nothing to it but that it notes what passes: all else is the other's.
    # @api private
    class Listening < Scope
      extend ::Forwardable

      # @return [Array<Request>] what passed since
      attr_reader :heard

      def_delegators :@scope, :requests, :events, :clear, :fail_with, :answer

      # Calls a block, and notes what it requests here, and on the threads and fibers that it starts.
      #
      # @return [Array(Object, Array<Request>)] the block's value, and the requests
      def self.during(&block)
        listening = new(Scopes.current, Scopes.own)
        [Scopes.within(listening, &block), listening.heard]
      end

      # @param scope [Scope]
      # @param outer [Scope, nil]
      def initialize(scope, outer)
        super(outer)
        @scope = scope
        @heard = []
      end

      # As {Scope#take}.
      def take(exchange)
        @scope.take(exchange) do |request|
          heard << request
          yield request if block_given?
        end
      end
    end
    private_constant :Listening
  end
end
