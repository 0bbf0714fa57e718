# frozen_string_literal: true

require "eventmachine"
require_relative "requests"

# A reactor of EventMachine for one example, in a thread of its own: the example waits for it, as long as it may.
module Reactor
  # What a deferrable has come to: `:callback` or `:errback`, with what, and on which thread.
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

  # How often the reactor has come round, by a timer.
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
    group.after { end_reactor }
  end

  # Runs the block on a reactor until that is stopped. What the reactor raises is raised here.
  def on_reactor(&block)
    @reactor = Thread.new { EM.run(&block) }
    @reactor.report_on_exception = false
    within { @reactor.value }
  end

  # What the deferrables that the block makes have come to, in the order in which they were made.
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

  # Has the block called with the deferrable's outcome.
  def watch(deferrable)
    deferrable.callback { |value| yield Outcome.new(kind: :callback, value:, thread: Thread.current) }
    deferrable.errback { |value| yield Outcome.new(kind: :errback, value:, thread: Thread.current) }
  end

  # Starts a reactor that runs until the end of the example, or until it is stopped.
  def start_reactor
    running = Queue.new
    @reactor = Thread.new { EM.run { running << true } }
    @reactor.report_on_exception = false
    within { running.pop }
  end

  # Has the block called on the reactor's thread, and gives what it gives.
  def in_reactor
    answer = Queue.new
    EM.next_tick { answer << yield }
    within { answer.pop }
  end

  def end_reactor
    EM.next_tick { EM.stop } if EM.reactor_running?
    within { @reactor&.join }
  end
end
