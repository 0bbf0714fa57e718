# frozen_string_literal: true

require "active_support"
require "active_support/log_subscriber"
require_relative "../pusher"

module Pusher
  # Logs one line for each request, in Rails to `Rails.logger`, elsewhere to the logger that
  # `ActiveSupport::LogSubscriber` has, or else to {Pusher.logger}:
  #
  #     Pusher POST /apps/3/events greet on my-channel → 200 (12.3 ms)
  #
  # `require "pusher/log_subscriber"` is all it takes. What was published is `info`; a refusal or a failure, `error`.
  class LogSubscriber < ::ActiveSupport::LogSubscriber
    # As many channels, or events of a batch, are named; the others are counted.
    NAMED = 3
    private_constant :NAMED

    # @return [Logger]
    def logger
      super || Pusher.logger
    end

    # @param event [ActiveSupport::Notifications::Event] a `request.pusher`
    # @return [void]
    def request(event)
      payload = event.payload
      line = [method_and_path(payload), subject(payload), "→", outcome(payload), cost(payload)].compact.join(" ")
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

    # Not the message of an error, which may hold anything; it is for the caller.
    def outcome(payload)
      return payload[:status] if payload[:status]

      payload[:error] ? payload[:error].class : "interrupted"
    end

    def cost(payload)
      facts = [format("%.1f ms", payload[:duration] * 1000)]
      facts << "#{payload[:attempts]} attempts" if payload[:attempts].to_i > 1
      "(#{facts.join(", ")})"
    end

    def list(names)
      more = names.size - NAMED
      named = names.first(NAMED).map { |name| printable(name.to_s) }.join(", ")
      more.positive? ? "#{named} and #{more} more" : named
    end

    # A name must not be able to end the line.
    def printable(name)
      name.scrub.gsub(/[[:cntrl:]]/) { |character| character.dump[1..-2] }
    end

    attach_to :pusher
  end
end
