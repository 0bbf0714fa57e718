# frozen_string_literal: true

require "active_support"
require "active_support/log_subscriber"
require "active_support/core_ext/object/blank" # for bold text, which needs it since 7.1
require "active_support/core_ext/enumerable" # the same
require_relative "../pusher"
require_relative "integrations/active_support/event_reporting"

module Pusher
  # Logs one line per request: in Rails to `Rails.logger`, elsewhere to the logger of `ActiveSupport::LogSubscriber`, or
  # to {Pusher.logger} if that is not set:
  #
  #     Pusher POST /apps/3/events greet on my-channel → 200 (12.3 ms)
  #
  # `require "pusher/log_subscriber"` attaches it. Like Rails' own, it logs what changes something as `info`, queries as
  # `debug`, and requests that failed or were refused as `error`. It uses colours if Rails does (`colorize_logging`).
  class LogSubscriber < ::ActiveSupport::LogSubscriber
    # The maximum number of channels, or of events of a batch, that are named. The others are counted.
    MAX_NAMES = 3
    private_constant :MAX_NAMES

    # @return [Logger]
    def logger
      super || Pusher.logger
    end

    # @param event [ActiveSupport::Notifications::Event] a `request.pusher` event
    # @return [void]
    def request(event)
      payload = event.payload
      return error { line(payload, RED) } unless (200..299).cover?(payload[:status])
      return debug { line(payload, BLUE) } if payload[:verb] == :get

      info { line(payload, GREEN) }
    end

    private

    def line(payload, colour)
      [title(payload, colour), printable(payload[:path]), subject(payload), "→", outcome(payload), timing(payload)]
        .compact.join(" ")
    end

    # Rails 6.1 and 7.0 take the Hash for true.
    def title(payload, colour)
      color("Pusher #{payload[:verb].upcase}", colour, bold: true)
    end

    def subject(payload)
      return if payload[:channels].empty?

      "#{list(Array(payload[:event]))} on #{list(payload[:channels])}"
    end

    # The class of an error, and not its message, which may contain secrets.
    def outcome(payload)
      return "not sent" if payload[:status] && disabled?
      return payload[:status] if payload[:status]

      payload[:error] ? payload[:error].class : "interrupted"
    end

    # In Rails, with `config.pusher.enabled = false`.
    def disabled? = Internal::HTTP::Middleware[:disabled]

    def timing(payload)
      facts = [format("%.1f ms", payload[:duration] * 1000)]
      facts << "#{payload[:attempts]} attempts" if payload[:attempts].to_i > 1
      "(#{facts.join(", ")})"
    end

    def list(names)
      more = names.size - MAX_NAMES
      named = names.first(MAX_NAMES).map { |name| printable(name.to_s) }.join(", ")
      more.positive? ? "#{named} and #{more} more" : named
    end

    # Escapes control characters, so that a name cannot start a new line in the log.
    def printable(name)
      name.scrub.gsub(/[[:cntrl:]]/) { |character| character.dump[1..-2] }
    end

    attach_to :pusher
  end
end
