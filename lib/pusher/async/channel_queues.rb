# frozen_string_literal: true

module Pusher
  module Internal
    class Async
      # The queues of the channels: decides which requests may be sent next, and which of them together. The requests of
      # a channel are sent in the order in which they were added. A request with several channels waits in the queue of
      # each. Not for several threads at the same time.
      # @api private
      class ChannelQueues
        # The requests of a channel in order. The first `taken` of them are being sent.
        Queue = Struct.new(:requests, :taken) do
          # @return [Publishing, nil] the first that waits
          def next = requests[taken]
        end
        NONE = {}.freeze
        private_constant :Queue, :NONE

        # @return [Integer] how many requests wait, those that are being sent excluded
        attr_reader :size

        def initialize
          @queues = {}
          # The requests that may be sent, by sender. A request that is sent alone is its own sender.
          @ready = {}
          @size = 0
        end

        # @param except [Hash{Publication::Sender => Object}] the senders whose requests do not count
        # @return [Boolean] whether a request may be sent now
        def ready?(except = NONE) = !next_sender(except).nil?

        # @param request [Publishing]
        def add(request)
          @size += 1
          request.channels.each { |channel| (@queues[channel] ||= Queue.new([], 0)).requests << request }
          add_ready(request) if first?(request)
        end

        # Takes requests that are sent together; {release} or {give_back} must follow.
        #
        # @param limit [Integer] how many at most
        # @param except [Hash{Publication::Sender => Object}] the senders whose requests are not taken
        # @return [Array<Publishing>, nil] nil if none may be sent now
        def take(limit, except = NONE)
          sender = next_sender(except) or return
          requests = @ready.delete(sender)
          taken = [take_request(requests.shift)]
          # The next call serves another sender.
          @ready[sender] = requests if requests.any?
          extend(taken, limit)
        end

        # Adds requests that can be sent with those that have been taken. A channel's own requests come first: the fewer
        # channels a request serves, the more requests can be sent at the same time.
        #
        # @param taken [Array<Publishing>]
        # @param limit [Integer] how many there are at most
        # @return [Array<Publishing>] the same
        def extend(taken, limit)
          sender = taken.first.sender
          return taken unless sender

          taken.map(&:channels).uniq.each { |channels| take_following(taken, channels.first, limit) }
          requests = @ready[sender] or return taken
          take_ready(taken, requests, limit)
          @ready.delete(sender) if requests.empty?
          taken
        end

        # Lets the next requests of the channels follow.
        #
        # @param requests [Array<Publishing>] that were taken and have been sent
        def release(requests)
          leave(requests) { |queue, request| queue.requests.delete_at(queue.requests.index(request)) }
        end

        # @param requests [Array<Publishing>] that were taken and have not been sent; they are the next ones
        def give_back(requests)
          leave(requests) { nil }
          @size += requests.size
          requests.each { |request| add_ready(request) if request.channels.empty? }
        end

        # @return [String]
        def inspect
          "#<#{self.class} #{size} requests wait>"
        end

        private

        def next_sender(except)
          @ready.each_key { |sender| return sender unless except.key?(sender) }
          nil
        end

        def first?(request)
          request.channels.all? { |channel| @queues[channel].taken.zero? && @queues[channel].next.equal?(request) }
        end

        def add_ready(request)
          (@ready[request.sender || request] ||= []) << request
        end

        def take_request(request)
          request.channels.each { |channel| @queues[channel].taken += 1 }
          @size -= 1
          request
        end

        def take_ready(taken, requests, limit)
          while taken.size < limit && (request = requests.shift)
            taken << take_request(request)
            take_following(taken, request.channels.first, limit)
          end
        end

        def take_following(taken, channel, limit)
          queue = @queues[channel]
          while taken.size < limit && queue.next && queue.next.sender == taken.first.sender
            taken << take_request(queue.next)
          end
        end

        def leave(requests)
          channels = requests.flat_map do |request|
            request.channels.each do |channel|
              yield @queues[channel], request
              @queues[channel].taken -= 1
            end
          end
          channels.uniq.filter_map { |channel| next_of(channel) }.uniq.each { |request| add_ready(request) }
        end

        def next_of(channel)
          queue = @queues[channel]
          return @queues.delete(channel) && nil if queue.requests.empty?

          queue.next if queue.next && first?(queue.next)
        end
      end
    end
  end
end
