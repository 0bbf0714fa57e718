# frozen_string_literal: true

require "timeout"

module Bench
  # Measures the time from an interrupt to the end of a request that waits for its reply, including `ensure` blocks.
  class Interrupts
    ROUNDS = 50
    LIMIT = 0.02
    # Seconds from the arrival of a request until its sender is certainly asleep. If an interrupt arrives in the
    # microseconds before that, Ruby repeats it only after 100 ms, as with every blocking read.
    REST = 0.005
    KINDS = {
      by_kill: "Thread#kill",
      by_raise: "Thread#raise",
      by_timeout: "Timeout.timeout",
      by_sigint: "SIGINT"
    }.freeze

    def self.run
      Bench.heading("Latency of an interrupt while a request waits for its reply: #{ROUNDS} rounds each")
      ChannelsApi::Server.run(checked: false) do |server|
        server.hang(times: nil)
        new(server).report
      end
    end

    def initialize(server)
      @server = server
      @client = Pusher::Client.new(timeout: 60, **server.client_options)
    end

    def report
      KINDS.each do |kind, name|
        delays = Array.new(ROUNDS) { measure(kind) * 1000 }
        puts format("%-16<name>s median %7.3<median>f ms, longest %7.3<longest>f ms",
                    name:, median: Statistics.median(delays), longest: delays.max)
      end
    end

    private

    def measure(kind)
      __send__(kind).tap { @server.wait_until_closed }
    end

    def request
      @client.trigger("channel", "event", Cost::DATA)
    end

    def by_kill
      end_of_thread(&:kill)
    end

    def by_raise
      end_of_thread { |thread| thread.raise(Interrupt) }
    end

    def end_of_thread
      thread = Thread.new { request }
      thread.report_on_exception = false
      wait_until_asleep
      started = Bench.now
      yield thread
      wait_for_end(thread)
      Bench.now - started
    end

    def wait_until_asleep
      @server.wait_until_in_flight(1)
      sleep(REST)
    end

    def wait_for_end(thread)
      thread.join
    rescue Interrupt
      nil
    end

    # The time in excess of the limit.
    def by_timeout
      started = Bench.now
      Timeout.timeout(LIMIT) { request }
    rescue Timeout::Error
      Bench.now - started - LIMIT
    end

    def by_sigint
      sender = Thread.new { interrupt_this_process }
      request
    rescue Interrupt
      ended = Bench.now
      ended - sender.value
    end

    # Returns the time at which the signal was sent.
    def interrupt_this_process
      wait_until_asleep
      Bench.now.tap { Process.kill(:INT, Process.pid) }
    end
  end
end
