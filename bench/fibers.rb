# frozen_string_literal: true

module Bench
  # Fibers of one thread, with ruby-async, and a slow server.
  class Fibers
    FIBERS = 50
    DELAY = 0.2

    def self.run
      Bench.heading("#{FIBERS} fibers of one thread, and a server with a latency of #{(DELAY * 1000).round} ms")
      require "async"
      SlowEndpoint.run { |endpoint| new(endpoint.client_options).report }
    rescue LoadError
      Bench.skip("fibers", needs: "the gem async")
    end

    # The endpoint runs in a separate process, so that its threads do not slow down the fibers.
    class SlowEndpoint < EndpointProcess
      private

      def serve(control, report)
        server = ChannelsApi::Server.start(checked: false)
        server.delay = DELAY
        send(report, server.client_options)
        control.read
        server.stop
        exit!(0)
      end
    end

    def initialize(options)
      @client = Pusher::Client.new(**options)
    end

    def report
      seconds = Array.new(5) { measure }
      first = seconds.shift
      puts format("All replies within %.3<first>f s with new connections, within %.3<median>f s with open ones " \
                  "(median of %<count>d).", first:, median: Statistics.median(seconds), count: seconds.size)
    end

    private

    def measure
      started = Bench.now
      Sync { |task| Array.new(FIBERS) { task.async { publish } }.each(&:wait) }
      Bench.now - started
    end

    def publish
      @client.trigger("channel", "event", Cost::DATA)
    end
  end
end
