# frozen_string_literal: true

require "forwardable"

module ChannelsApi
  # The methods with which a spec reads what a server has received, and waits for it.
  module Observed
    extend Forwardable

    def_delegators :@ledger, :requests, :events, :refusals, :failures, :notes, :connections, :open_connections,
                   :in_flight, :most_in_flight, :wait_until

    # Waits for `count` events and returns them.
    def wait_for(count, **patience)
      wait_until("#{count} events", **patience) { events.size >= count }
      events.first(count)
    end

    def wait_for_requests(count)
      wait_until("#{count} requests") { requests.size >= count }
      requests.first(count)
    end

    def wait_until_in_flight(count)
      wait_until("#{count} requests in flight") { in_flight >= count }
    end

    def wait_until_closed(count = 0)
      wait_until("no more than #{count} connections open") { open_connections <= count }
    end
  end
end
