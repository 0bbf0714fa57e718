# frozen_string_literal: true

# ActiveSupport changes the JSON of objects, so these specs run in a separate process.
require "active_support"
require "active_support/notifications"
require_relative "../../../spec_helper"
require_relative "rails_process"

# Subscribes to notifications until the example ends.
module Subscriptions
  def self.included(group)
    group.after { subscriptions.each { |subscription| ActiveSupport::Notifications.unsubscribe(subscription) } }
  end

  def subscribe(pattern = "request.pusher", &block)
    ActiveSupport::Notifications.subscribe(pattern, &block).tap { |subscription| subscriptions << subscription }
  end

  # Events that are published after the call are appended to the returned Array.
  def collect_events
    [].tap { |events| subscribe { |*arguments| events << ActiveSupport::Notifications::Event.new(*arguments) } }
  end

  private

  def subscriptions
    @subscriptions ||= []
  end
end

RSpec.configure { |config| config.include Subscriptions }
