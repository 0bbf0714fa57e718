# frozen_string_literal: true

module Bench
  module Growth
    # A sentence or two about each measure, with its figures.
    class Sentences
      # @param content [Hash] of the file
      def initialize(content)
        @content = content
      end

      def threads
        rates = points("threads", "events per second")
        cpu = points("threads", "CPU per event")
        "With 8 threads, a process publishes #{times(rates[8])} the events per second of one thread, with 32 threads " \
          "#{times(rates[32])}; an event takes #{times(cpu[8])} and #{times(cpu[32])} the CPU time."
      end

      def payload
        cpu = points("payload", "CPU per event")
        "An event with 10 KB of data, the limit of the service, takes #{times(cpu[10_000])} the CPU time of one with " \
          "100 bytes, and one with 100 KB, which only other servers accept, #{times(cpu[100_000])}. " \
          "The data is a String; the event is published with `trigger`."
      end

      def batch
        rates = points("batch", "events per second")
        cpu = points("batch", "CPU per event")
        "With ten events in a batch, the most that the service accepts, a process publishes #{times(rates[10])} the " \
          "events per second of a batch of one, and each event takes #{times(cpu[10])} the CPU time."
      end

      def in_flight
        pool, fibers = @content["in_flight"]["series"].values.map { |rates| digits(rates.to_h[1000]) }
        "#{held} With a server that replies after 200 ms, 1,000 requests in flight publish #{pool} times the events " \
          "per second of one as threads, and #{fibers} times as fibers."
      end

      def latency
        threads, pool = @content["latency"]["series"].values.map(&:to_h)
        "If the server takes 5 ms for a reply, 8 threads publish #{percent(threads[5])} of the events that this " \
          "latency allows, and the pool of 10 threads #{percent(pool[5])}; with 50 ms it is #{percent(threads[50])} " \
          "and #{percent(pool[50])}."
      end

      def clients
        tls, plain = @content["clients"]["series"].values.map { |rows| rows.to_h { |row| [row.first, row.drop(1)] } }
        descriptors = format("%g", tls[1000].last / 1000.0)
        "A client with an open connection takes #{digits(plain[1000].first / 1000.0)} KiB, or " \
          "#{digits(tls[1000].first / 1000.0)} KiB over TLS, and #{descriptors} descriptor (the mean of 1,000 " \
          "clients). Clients that have sent nothing have no connection."
      end

      def calls
        authenticate, trigger = @content["calls"]["series"].values
        "Resident memory after the first tenth and at the end of 1,000,000 calls of `authenticate`: " \
          "#{memory(authenticate)}. Of 100,000 calls of `trigger`: #{memory(trigger)}. #{descriptors}"
      end

      private

      def held
        pool, fibers = @content["in_flight"]["held"].values.map { |rows| rows.find { |row| row.first == 2000 } }
        "Of 2,000 requests that wait for a server, each takes #{digits(pool[1])} KiB as a thread of the pool and " \
          "#{digits(fibers[1])} KiB as a fiber, and #{format("%g", fibers[2])} descriptor."
      end

      def descriptors
        grown = @content["calls"]["series"].values.any? { |rows| rows.map(&:last).uniq.size > 1 }
        grown ? "The number of descriptors grows." : "The number of descriptors stays the same."
      end

      def points(name, series) = @content[name]["series"].fetch(series).to_h

      def digits(number) = Statistics.digits(number)

      def times(ratio) = "#{digits(ratio)} times"

      def percent(part) = "#{(part * 100).round} %"

      def memory(rows) = rows.values_at(1, -1).map { |row| format("%.1f MiB", row[1] / 1024.0) }.join(" and ")
    end
  end
end
