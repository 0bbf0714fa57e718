# frozen_string_literal: true

module Pusher
  module Testing
    # What came of work that was done ahead of its time: a value, or an error.
    # @api private
    class Outcome
      # What interrupts the caller meanwhile is no outcome of the work, and waits until it is done.
      #
      # @return [Outcome]
      def self.of(work)
        Thread.handle_interrupt(Object => :on_blocking) do
          new(work.call, nil)
        rescue StandardError, ScriptError => e
          new(nil, e)
        end
      end

      # @param value [Object]
      # @param error [Exception, nil]
      def initialize(value, error)
        @value = value
        @error = error
      end

      # @return [Object] the value
      # @raise [Exception] the error
      def call
        raise @error if @error

        @value
      end
    end
    private_constant :Outcome
  end
end
