# frozen_string_literal: true

module Pusher
  module Testing
    module Matchers
      # `expect { … }.to publish_event(…)`
      class PublishEvent < Publishing
        # @param publishing [Proc] what publishes; it is not called while the test mode is off
        # @return [Boolean]
        def matches?(publishing, &block)
          listen(publishing, &block) && @is_met
        end

        # @param publishing [Proc] as {#matches?}
        # @return [Boolean]
        def does_not_match?(publishing, &block)
          listen(publishing, &block) && !@is_met
        end

        # @return [Boolean]
        def supports_block_expectations? = true

        # @return [Boolean]
        def supports_value_expectations? = false

        # @return [String]
        def failure_message
          @is_on ? expectation.failure_message("the block to publish") : Expectation::OFF
        end

        # @return [String]
        def failure_message_when_negated
          @is_on ? expectation.failure_message_when_negated("the block not to publish") : Expectation::OFF
        end

        # @return [String]
        def description = "publish #{expectation}"

        private

        # A block after `do` belongs to `to`, which hands it on.
        def listen(publishing, &block)
          unless publishing.is_a?(Proc)
            raise ArgumentError, "publish_event is asked of a block: expect { … }.to publish_event"
          end

          with(&block) if block
          @is_on = Testing.faking?
          return false unless @is_on

          _, requests = Listening.during(&publishing)
          @is_met = expectation.met_by?(requests)
          true
        end
      end
    end
  end
end
