# frozen_string_literal: true

require "monitor"

module ChannelsApi
  # The subscribers of each channel, for the delivery of events and for queries.
  class Audience
    def initialize
      @monitor = Monitor.new
      @subscribers = []
    end

    def join(subscriber)
      @monitor.synchronize { @subscribers << subscriber }
      subscriber
    end

    def leave(subscriber)
      @monitor.synchronize { @subscribers.delete(subscriber) }
    end

    # Delivers to every channel of the event, except to the socket that sent it.
    def deliver(event)
      event.channels.each do |channel|
        on(channel).each { |subscriber| subscriber.deliver(event) unless subscriber.socket_id == event.socket_id }
      end
    end

    def channels
      @monitor.synchronize { @subscribers.map(&:channel).uniq.sort }
    end

    def subscription_count(channel)
      on(channel).size
    end

    def user_ids(channel)
      on(channel).filter_map { |subscriber| subscriber.member.user_id }.uniq.sort
    end

    private

    def on(channel)
      @monitor.synchronize { @subscribers.select { |subscriber| subscriber.channel == channel } }
    end
  end
end
