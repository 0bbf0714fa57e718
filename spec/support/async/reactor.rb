# frozen_string_literal: true

require "eventmachine"
require_relative "requests"

# Runs an EventMachine reactor for one example, in a separate thread.
module Reactor
  # The outcome of a deferrable: `:callback` or `:errback`, its argument, and the thread that called it.
  Outcome = Struct.new(:kind, :value, :thread, keyword_init: true) do
    def error
      raise "no error, but #{value.inspect}" unless kind == :errback

      value
    end

    def reply
      raise value if kind == :errback

      value
    end
  end

  # Counts how often a periodic timer fires, to show that the reactor is not blocked.
  class Ticks
    INTERVAL = 0.01

    attr_reader :count

    def initialize
      @count = 0
      EM.add_periodic_timer(INTERVAL) { @count += 1 }
    end
  end

  def self.included(group)
    group.include(AsyncRequests)
    group.after { stop_reactor }
  end

  # Runs the block on a reactor until the reactor is stopped. Raises what the reactor raises.
  def on_reactor(&block)
    @reactor = Thread.new { EM.run(&block) }
    @reactor.report_on_exception = false
    within { @reactor.value }
  end

  # Runs a reactor until all deferrables that the block returns are settled; returns their outcomes in the same order.
  def outcomes_of
    outcomes = nil
    on_reactor do
      deferrables = Array(yield)
      outcomes = Array.new(deferrables.size)
      deferrables.each_with_index do |deferrable, index|
        watch(deferrable) do |outcome|
          outcomes[index] = outcome
          EM.stop if outcomes.all?
        end
      end
    end
    outcomes
  end

  def outcome_of(&block)
    outcomes_of(&block).first
  end

  # Calls the block with the deferrable's outcome.
  def watch(deferrable)
    deferrable.callback { |value| yield Outcome.new(kind: :callback, value:, thread: Thread.current) }
    deferrable.errback { |value| yield Outcome.new(kind: :errback, value:, thread: Thread.current) }
  end

  # Starts a reactor that runs until it is stopped, at the latest after the example.
  def start_reactor
    running = Queue.new
    @reactor = Thread.new { EM.run { running << true } }
    @reactor.report_on_exception = false
    within { running.pop }
  end

  # Calls the block on the reactor's thread and returns its value.
  def in_reactor
    values = Queue.new
    EM.next_tick { values << yield }
    within { values.pop }
  end

  def stop_reactor
    EM.next_tick { EM.stop } if EM.reactor_running?
    within { @reactor&.join }
  end
end
