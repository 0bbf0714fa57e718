# frozen_string_literal: true

require "active_support"
require "active_support/notifications"

module Pusher
  module Internal
    # Reports each request to the event reporter of Rails (8.1 and newer) as the structured event `pusher.request`.
    # @api private
    module EventReporting
      # The name of the event.
      NAME = "pusher.request"

      class << self
        # @return [Boolean] whether this version of ActiveSupport has an event reporter
        def available?
          ::ActiveSupport.respond_to?(:event_reporter) && ::ActiveSupport.event_reporter.respond_to?(:notify)
        end

        # @return [Object, nil] the subscription
        def subscribe
          return unless available?

          ::ActiveSupport::Notifications.subscribe(Instrumentation::EVENT) { |event| report(event.payload) }
        end

        private

        def report(payload)
          ::ActiveSupport.event_reporter.notify(NAME, facts(payload))
        end

        # Contains only plain values, which every log encoder accepts.
        def facts(payload)
          {
            method: payload[:verb].name.upcase, duration_ms: (payload[:duration].to_f * 1000).round(2),
            event_names: Array(payload[:event]), exception_class: payload[:error]&.class&.name,
            **payload.slice(:host, :port, :path, :channels, :request_bytes, :status, :reply_bytes, :attempt, :attempts)
          }.compact
        end
      end

      require_relative "instrumentation"
      subscribe
    end
  end
end
