# frozen_string_literal: true

require "monitor"

module ChannelsApi
  # A record of requests, events and connections, and a way to wait for them.
  class Ledger
    # A wait took too long.
    class Overdue < StandardError; end

    def initialize
      @monitor = Monitor.new
      @change = @monitor.new_cond
      @requests = []
      @events = []
      @refusals = []
      @failures = []
      @notes = []
      @connections = 0
      @open_connections = 0
      @flying = {}.compare_by_identity
      @most_in_flight = 0
    end

    %i[requests events refusals failures notes].each do |list|
      define_method(list) { @monitor.synchronize { instance_variable_get(:"@#{list}").dup } }
    end

    # Connections accepted so far, connections open now, and the largest number of requests in flight at once.
    %i[connections open_connections most_in_flight].each do |count|
      define_method(count) { @monitor.synchronize { instance_variable_get(:"@#{count}") } }
    end

    # Requests that have arrived and have no reply yet.
    def in_flight
      @monitor.synchronize { @flying.size }
    end

    # The number of the new connection, from 1.
    def connected
      change do
        @open_connections += 1
        @connections += 1
      end
    end

    def disconnected
      change { @open_connections -= 1 }
    end

    def arrived(request)
      change do
        @requests << request
        @flying[request] = true
        @most_in_flight = [@most_in_flight, @flying.size].max
      end
    end

    def landed(request)
      change { @flying.delete(request) }
    end

    def published(events)
      change { @events.concat(events) }
    end

    def refused(request, refusal)
      change { @refusals << refusal.message }
      note("#{request&.verb} #{request&.path} refused with #{refusal.status}: #{refusal.message}")
    end

    def failed(error)
      change { @failures << error }
    end

    # What a client did wrong: it closed the connection during a request, or refused the certificate.
    def note(sentence)
      change { @notes << sentence }
    end

    # Blocks until the block returns true; `description` is for the error. Without end for a patience of nil.
    def wait_until(description, patience: PATIENCE)
      deadline = patience && (clock + patience)
      @monitor.synchronize do
        until yield(self)
          left = deadline && (deadline - clock)
          raise Overdue, "not within #{patience} s: #{description}; #{summary}" if left&.negative?

          @change.wait(left)
        end
      end
      self
    end

    def summary
      @monitor.synchronize do
        "#{@connections} connections (#{@open_connections} open), #{@requests.size} requests " \
          "(#{@flying.size} in flight), #{@events.size} events, " \
          "refused: #{@refusals.inspect}, notes: #{@notes.last(5).inspect}"
      end
    end

    private

    def change
      @monitor.synchronize { yield.tap { @change.broadcast } }
    end

    def clock
      Process.clock_gettime(Process::CLOCK_MONOTONIC)
    end
  end
end
