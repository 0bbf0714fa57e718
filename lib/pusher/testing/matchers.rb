# frozen_string_literal: true

require_relative "matchers/publishing"
require_relative "matchers/have_triggered"
require_relative "matchers/publish_event"

module Pusher
  module Testing
    # Matchers for RSpec, in every example group where `pusher/testing` is loaded.
    module Matchers
      # Matches when such an event was published since the test mode was switched on.
      #
      #     expect(Pusher).to have_triggered("created").on("orders").with(id: 1)
      #
      # It is asked of {Pusher}, for every client's events, or of a client, for its own.
      #
      # @param name [String, Regexp, #===, nil] the event's; nil for any
      # @return [HaveTriggered]
      def have_triggered(name = nil) # rubocop:disable Naming/PredicateName -- as it is read in an expectation
        HaveTriggered.new(name)
      end

      # Matches when the block publishes such an event.
      #
      #     expect { order.save! }.to publish_event("created").on("orders").with(id: 1)
      #
      # @param name [String, Regexp, #===, nil] the event's; nil for any
      # @return [PublishEvent]
      def publish_event(name = nil) = PublishEvent.new(name)
    end
  end
end
