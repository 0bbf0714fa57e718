# frozen_string_literal: true

require "eventmachine"
require_relative "background"

module Contenders
  # EventMachine's reactor. Each finished request starts the next one.
  class OnReactor < Background
    def publish(count)
      @to_start = @to_end = count
      EventMachine.run { AT_A_TIME.times { start } }
    end

    private

    def start
      return if @to_start.zero?

      @to_start -= 1
      publish_one.callback { ended }.errback { |error| raise error }
    end

    def ended
      @to_end -= 1
      return EventMachine.stop if @to_end.zero?

      start
    end
  end
end
