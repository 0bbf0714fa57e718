# frozen_string_literal: true

require "active_support"
require "active_support/log_subscriber"
require_relative "../pusher"

module Pusher
  # Logs one line per request: in Rails to `Rails.logger`, elsewhere to the logger of `ActiveSupport::LogSubscriber`, or
  # to {Pusher.logger} if that is not set:
  #
  #     Pusher POST /apps/3/events greet on my-channel → 200 (12.3 ms)
  #
  # `require "pusher/log_subscriber"` attaches it. A request with a 2xx status is logged as `info`, others as `error`.
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
      line = [method_and_path(payload), subject(payload), "→", outcome(payload), timing(payload)].compact.join(" ")
      (200..299).cover?(payload[:status]) ? info(line) : error(line)
    end

    private

    def method_and_path(payload)
      "Pusher #{payload[:verb].upcase} #{printable(payload[:path])}"
    end

    def subject(payload)
      return if payload[:channels].empty?

      "#{list(Array(payload[:event]))} on #{list(payload[:channels])}"
    end

    # The class of an error, and not its message, which may contain secrets.
    def outcome(payload)
      return payload[:status] if payload[:status]

      payload[:error] ? payload[:error].class : "interrupted"
    end

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
