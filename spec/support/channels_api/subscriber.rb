# frozen_string_literal: true

require "json"

module ChannelsApi
  # A subscriber of one channel. It decrypts events with the shared secret from the auth endpoint.
  class Subscriber
    # An event as the subscriber sees it; `raw` is its data as it was sent.
    Message = Struct.new(:channel, :name, :data, :raw, keyword_init: true) do
      def json
        JSON.parse(data)
      end
    end

    attr_reader :channel, :socket_id, :member

    def initialize(channel:, socket_id:, member:)
      @channel = channel
      @socket_id = socket_id
      @member = member
      @monitor = Monitor.new
      @arrival = @monitor.new_cond
      @messages = []
    end

    def messages
      @monitor.synchronize { @messages.dup }
    end

    # Waits for `count` messages and returns them.
    def wait_for(count, patience: PATIENCE)
      deadline = Process.clock_gettime(Process::CLOCK_MONOTONIC) + patience
      @monitor.synchronize do
        while @messages.size < count
          left = deadline - Process.clock_gettime(Process::CLOCK_MONOTONIC)
          raise Ledger::Overdue, "#{@messages.size} of #{count} messages came on #{channel}" unless left.positive?

          @arrival.wait(left)
        end
        @messages.first(count)
      end
    end

    def deliver(event)
      message = Message.new(channel:, name: event.name, data: readable(event.data), raw: event.data)
      @monitor.synchronize do
        @messages << message
        @arrival.broadcast
      end
    end

    private

    def readable(data)
      return data unless member.shared_secret

      Envelope.parse(data).open(member.shared_secret)
    end
  end
end
