# frozen_string_literal: true

require_relative "errors"

module Pusher
  module Internal
    # The native part, and what the gem shares between threads, belong to the main Ractor. Elsewhere Ruby would raise an
    # error about some instance variable.
    # @api private
    module MainRactor
      # What is said in another one.
      MESSAGE = "pusher can be used in the main Ractor only: send the events from there, for example in a thread"

      # @raise [Error] in another one
      # @return [void]
      def self.check
        raise Error, MESSAGE unless ::Ractor.current.equal?(::Ractor.main)
      end
    end
  end
end
