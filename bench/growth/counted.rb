# frozen_string_literal: true

require_relative "../../spec/support/channels_api"

module Bench
  module Growth
    # Measures that count memory and descriptors, or that depend on the latency of a server more than on the machine.
    module Counted
      IN_FLIGHT = [1, 10, 100, 500, 1000, 2000].freeze
      # Seconds until the reply, while requests are in flight.
      DELAY = 0.2
      LATENCIES = [1, 2, 5, 10, 20, 50, 100, 200].freeze
      CLIENTS = [1, 10, 100, 300, 1000].freeze
      CALLS = { "authenticate" => 1_000_000, "trigger" => 100_000 }.freeze

      module_function

      # For threads of the pool and for fibers: events per second with so many requests in flight, as a multiple of one
      # in flight, and the KiB and descriptors of each.
      def in_flight
        kinds = { "threads of the pool" => "pool", "fibers" => "fibers" }
        { "series" => kinds.transform_values { |kind| rates(kind) },
          "held" => kinds.transform_values { |kind| IN_FLIGHT.map { |number| held(kind, number) } } }
      end

      # The part of the possible events per second that is reached, by milliseconds of latency. Possible are as many as
      # requests in flight, divided by the latency.
      def latency
        { "series" => { "8 threads" => shares("threads", 8), "pool of 10 threads" => shares("pool", 10) } }
      end

      # KiB of resident memory and descriptors of a process, by the number of clients with a connection each.
      def clients
        { "series" => { "over TLS" => clients_of(true), "plain" => clients_of(false) } }
      end

      # KiB of resident memory after each tenth of the calls, and descriptors.
      def calls
        Comparison::Nginx.run do |nginx|
          counts = CALLS.to_h { |operation, count| [operation, Growth.program("calls", operation, nginx.url, count)] }
          { "series" => counts.transform_values { |lines| lines.map { |line| line.map(&:to_i) } } }
        end
      end

      def rates(kind)
        rates = Server.delayed(DELAY) do |url|
          IN_FLIGHT.map { |number| rate(kind, url, number, [number * 5, 20].max) }
        end
        IN_FLIGHT.zip(rates.map { |rate| (rate / rates.first).round(1) })
      end

      def rate(kind, url, number, events)
        events, seconds = Growth.program("throughput", kind, url, number, events).first
        events / seconds
      end

      def held(kind, number)
        Server.withholding do |url, server|
          Growth.program("held_by_#{kind}", url, number) do |program|
            before = program.gets.split.map(&:to_i)
            server.puts(number)
            server.gets
            program.puts
            after = program.gets.split.map(&:to_i)
            [number, *after.drop(1).zip(before.drop(1)).map { |now, then_| (now - then_).fdiv(number).round(1) }]
          end
        end
      end

      def shares(kind, number)
        LATENCIES.map do |milliseconds|
          events = number * [500 / milliseconds, 5].max
          rate = Publishing::SlowServer.run(milliseconds / 1000.0) do |port|
            rate(kind, "http://key:secret@127.0.0.1:#{port}/apps/1", number, events)
          end
          [milliseconds, (rate * milliseconds / 1000 / number).round(3)]
        end
      end

      def clients_of(tls)
        Comparison::Nginx.run(tls:) do |nginx|
          lines = with_environment(nginx.environment) { Growth.program("clients", nginx.url, *CLIENTS) }
          _, memory, descriptors = lines.first
          lines.drop(1).map { |line| [line[0], line[1] - memory, line[2] - descriptors].map(&:to_i) }
        end
      end

      def with_environment(variables)
        before = variables.to_h { |name, _| [name, ENV.fetch(name, nil)] }
        ENV.update(variables)
        yield
      ensure
        ENV.update(before)
      end
      private_class_method :rates, :rate, :held, :shares, :clients_of, :with_environment
    end
  end
end
