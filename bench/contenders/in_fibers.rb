# frozen_string_literal: true

require "async"
require_relative "background"

module Contenders
  # Fibers of one thread, under ruby-async.
  class InFibers < Background
    def publish(count)
      Sync do
        count.fdiv(AT_A_TIME).ceil.times do
          Array.new(AT_A_TIME) { publish_one }.each(&:pop)
        end
      end
    end
  end
end
