# frozen_string_literal: true

# ActiveSupport changes how objects look as JSON, so these specs have a process of their own: rake hosts:active_support
require "active_support"
require "active_support/notifications"
require_relative "../../../spec_helper"
require_relative "rails_process"

# Subscriptions that end with their example.
module Subscriptions
  def self.included(group)
    group.after { subscriptions.each { |subscription| ActiveSupport::Notifications.unsubscribe(subscription) } }
  end

  def subscribe(pattern = "request.pusher", &block)
    ActiveSupport::Notifications.subscribe(pattern, &block).tap { |subscription| subscriptions << subscription }
  end

  # The events from here on, as they come.
  def seen_events
    [].tap { |events| subscribe { |*arguments| events << ActiveSupport::Notifications::Event.new(*arguments) } }
  end

  private

  def subscriptions
    @subscriptions ||= []
  end
end

RSpec.configure { |config| config.include Subscriptions }
