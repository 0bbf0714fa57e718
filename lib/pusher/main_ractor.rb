# frozen_string_literal: true

require_relative "errors"

module Pusher
  module Internal
    # The gem works only in the main Ractor. In another one, Ruby's own error would name an instance variable only.
    # @api private
    module MainRactor
      # The message of the error in other Ractors.
      MESSAGE = "pusher works only in the main Ractor: send events from there, for example in a thread"

      # @raise [Error] in a Ractor other than the main one
      # @return [void]
      def self.check
        raise Error, MESSAGE unless ::Ractor.current.equal?(::Ractor.main)
      end
    end
  end
end
