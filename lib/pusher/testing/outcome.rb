# frozen_string_literal: true

module Pusher
  module Testing
    # The outcome of work that has already run: its value or its error.
    # @api private
    class Outcome
      # Runs the work. Interrupts of the caller (Thread#raise, Timeout) are deferred while the work runs without
      # blocking, so that they are not stored as the outcome.
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
