# frozen_string_literal: true

require "spec_helper"
require "securerandom"
require_relative "support/stage"
require_relative "support/subscriber"

module EndToEnd
  # Methods of the examples.
  module Helpers
    MARK = "the-end-"

    def self.included(group)
      group.after { subscribers.each(&:stop) }
    end

    def stage
      Stage.current
    end

    def pusher
      stage.pusher
    end

    # A name that no other example uses.
    def unique(name)
      "#{name}-#{SecureRandom.hex(4)}"
    end

    # A connected pusher-js client, which authenticates with the application where that is needed.
    def connect(user, to: stage.server, application: stage.application, **options)
      urls = { channels_url: application.channels_url, users_url: application.users_url }
      Subscriber.new(to, user:, **urls, **options).tap do |subscriber|
        subscribers << subscriber
        subscriber.socket_id
      end
    end

    # The same, subscribed.
    def subscribe(user, *channels)
      connect(user).tap { |subscriber| channels.each { |channel| subscriber.subscribe(channel) } }
    end

    # Names and data of the events that pusher-js delivered on the channel until now.
    def received(subscriber, channel)
      without_marks(subscriber.events(channel, up_to: mark(channel)))
    end

    # The same as it was sent: data as text, encrypted where it was.
    def travelled(subscriber, channel)
      without_marks(subscriber.wire(channel, up_to: mark(channel)))
    end

    private

    # A subscriber that has received this event has received all earlier ones.
    def mark(channel)
      unique(MARK).tap { |name| pusher.trigger(channel, name, "") }
    end

    def without_marks(events)
      events.reject { |name, _| name.start_with?(MARK) }
    end

    def subscribers
      @subscribers ||= []
    end
  end
end

RSpec.configure do |config|
  config.include EndToEnd::Helpers, :e2e
  config.after(:suite) { EndToEnd::Stage.close }
end
