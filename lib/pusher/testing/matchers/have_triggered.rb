# frozen_string_literal: true

require_relative "publishing"

module Pusher
  module Testing
    module Matchers
      # `expect(Pusher).to have_triggered(…)`
      #
      # @example
      #   expect(Pusher).to have_triggered("created").on("orders").with(id: 1).once
      class HaveTriggered < Publishing
        # @param subject [Module, Client] {Pusher} or {Pusher::Testing} for the events of every client, or a client
        # @return [Boolean]
        # @raise [ArgumentError] for anything else
        def matches?(subject, &block)
          evaluate(subject, &block) && @is_met
        end

        # @param subject [Module, Client] as {#matches?}
        # @return [Boolean]
        def does_not_match?(subject, &block)
          evaluate(subject, &block) && !@is_met
        end

        # @return [String]
        def failure_message
          return Expectation::TEST_MODE_OFF unless @is_test_mode_on

          expectation.failure_message("#{subject_name} to have triggered")
        end

        # @return [String]
        def failure_message_when_negated
          return Expectation::TEST_MODE_OFF unless @is_test_mode_on

          expectation.failure_message_when_negated("#{subject_name} not to have triggered")
        end

        # @return [String]
        def description = "have triggered #{expectation}"

        private

        # `expect(…).to have_triggered do … end` gives the block to `to`, and RSpec passes it to the matcher.
        #
        # @return [Boolean] whether the test mode is on
        def evaluate(subject, &block)
          @client = Expectation.client_of(subject)
          with(&block) if block
          @is_test_mode_on = Testing.faking?
          @is_met = @is_test_mode_on && expectation.met_by?(Testing.requests, @client)
          @is_test_mode_on
        end

        def subject_name = @client ? "the client" : "Pusher"
      end
    end
  end
end
