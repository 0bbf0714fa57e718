# frozen_string_literal: true

module Pusher
  module Testing
    module Matchers
      # `expect(Pusher).to have_triggered(…)`
      class HaveTriggered < Publishing
        # @param subject [Module, Client] {Pusher} or {Pusher::Testing} for every client's events, or a client
        # @return [Boolean]
        # @raise [ArgumentError] for anything else
        def matches?(subject, &block)
          look(subject, &block) && @is_met
        end

        # @param subject [Module, Client] as {#matches?}
        # @return [Boolean]
        def does_not_match?(subject, &block)
          look(subject, &block) && !@is_met
        end

        # @return [String]
        def failure_message
          @is_on ? expectation.failure_message("#{who} to have triggered") : Expectation::OFF
        end

        # @return [String]
        def failure_message_when_negated
          @is_on ? expectation.failure_message_when_negated("#{who} not to have triggered") : Expectation::OFF
        end

        # @return [String]
        def description = "have triggered #{expectation}"

        private

        # A block after `do` belongs to `to`, which hands it on.
        def look(subject, &block)
          @client = Expectation.client_of(subject)
          with(&block) if block
          @is_on = Testing.faking?
          @is_met = @is_on && expectation.met_by?(Testing.requests, @client)
          @is_on
        end

        def who = @client ? "the client" : "Pusher"
      end
    end
  end
end
