# frozen_string_literal: true

require_relative "publishing"

module Pusher
  module Testing
    module Matchers
      # `expect { … }.to publish_event(…)`
      #
      # @example
      #   expect { Pusher.trigger("orders", "saved", { id: 1 }) }.to publish_event("saved").on("orders")
      class PublishEvent < Publishing
        # @param publishing [Proc] the block of `expect`; it is not called while the test mode is off
        # @return [Boolean]
        def matches?(publishing, &block)
          evaluate(publishing, &block) && @is_met
        end

        # @param publishing [Proc] as {#matches?}
        # @return [Boolean]
        def does_not_match?(publishing, &block)
          evaluate(publishing, &block) && !@is_met
        end

        # @return [Boolean]
        def supports_block_expectations? = true

        # @return [Boolean]
        def supports_value_expectations? = false

        # @return [String]
        def failure_message
          @is_test_mode_on ? expectation.failure_message("the block to publish") : Expectation::TEST_MODE_OFF
        end

        # @return [String]
        def failure_message_when_negated
          return Expectation::TEST_MODE_OFF unless @is_test_mode_on

          expectation.failure_message_when_negated("the block not to publish")
        end

        # @return [String]
        def description = "publish #{expectation}"

        private

        # `expect { … }.to publish_event do … end` gives the second block to `to`, and RSpec passes it to the matcher.
        #
        # @return [Boolean] whether the test mode is on
        def evaluate(publishing, &block)
          unless publishing.is_a?(Proc)
            raise ArgumentError, "publish_event needs a block: expect { … }.to publish_event"
          end

          with(&block) if block
          @is_test_mode_on = Testing.faking?
          return false unless @is_test_mode_on

          _, requests = CollectingScope.collect(&publishing)
          @is_met = expectation.met_by?(requests)
          true
        end
      end
    end
  end
end
