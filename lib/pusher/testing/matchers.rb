# frozen_string_literal: true

require_relative "matchers/publishing"
require_relative "matchers/have_triggered"
require_relative "matchers/publish_event"

module Pusher
  module Testing
    # Matchers for RSpec. Loading `pusher/testing` includes them in every example group.
    #
    # @example
    #   RSpec.describe "Orders" do
    #     around { |example| Pusher::Testing.fake! { example.run } }
    #
    #     it "are announced" do
    #       Pusher.trigger("orders", "created", { id: 1 })
    #       expect(Pusher).to have_triggered("created").on("orders").with(id: 1)
    #     end
    #   end
    module Matchers
      # Matches if such an event has been published since the test mode was switched on.
      #
      #     expect(Pusher).to have_triggered("created").on("orders").with(id: 1)
      #
      # The subject is {Pusher}, for the events of every client, or a client, for its own events.
      #
      # @param name [String, Regexp, #===, nil] the event's name; nil for any
      # @return [HaveTriggered]
      def have_triggered(name = nil) # rubocop:disable Naming/PredicateName -- reads as a sentence in an expectation
        HaveTriggered.new(name)
      end

      # Matches if the block publishes such an event.
      #
      #     expect { order.save! }.to publish_event("created").on("orders").with(id: 1)
      #
      # @param name [String, Regexp, #===, nil] the event's name; nil for any
      # @return [PublishEvent]
      def publish_event(name = nil) = PublishEvent.new(name)
    end
  end
end
