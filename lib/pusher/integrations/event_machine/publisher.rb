# frozen_string_literal: true

require_relative "../../async/channel_queues"
require_relative "shared_request"

module Pusher
  module Internal
    module EventMachine
      # Sends the events of a reactor: those of a channel in order, and several with one request. All of it runs on the
      # reactor's thread, outside of signal traps.
      # @api private
      class Publisher
        # @param reactor [Reactor]
        def initialize(reactor)
          @reactor = reactor
          @channel_queues = Async::ChannelQueues.new
          # The requests in the queues, and those that wait for company, by sender.
          @entered = {}.compare_by_identity
          @gathering = {}
        end

        # @param request [ReactorRequest] with channels
        def add(request)
          return if request.finished?

          @entered[request] = true
          @channel_queues.add(request)
          send_requests
        end

        # @param request [ReactorRequest] that has finished
        def remove(request)
          return unless @entered.delete(request)

          @channel_queues.release([request])
          send_requests
        end

        # @param shared [SharedRequest] that has finished
        def finish(shared)
          return unless shared.refused?

          shared.members.each(&:send_alone)
          @channel_queues.give_back(shared.members)
          send_requests
        end

        # @return [String]
        def inspect
          "#<#{self.class}>"
        end

        private

        def send_requests
          @gathering.each_value { |requests| @channel_queues.extend(requests, Async.batch_size) }
          @gathering.select { |_, requests| full?(requests) }.each_value { |requests| send_together(requests) }
          while (requests = @channel_queues.take(Async.batch_size))
            wait?(requests) ? gather(requests) : send_together(requests)
          end
        end

        def full?(requests) = requests.size >= Async.batch_size

        def wait?(requests)
          requests.first.sender && !full?(requests) && Async.batch_wait.positive?
        end

        def gather(requests)
          @gathering[requests.first.sender] = requests
          ::EventMachine.add_timer(Async.batch_wait) do
            send_together(requests) if @gathering[requests.first.sender].equal?(requests)
          end
        end

        def send_together(requests)
          @gathering.delete(requests.first.sender)
          return requests.first.start if requests.one?

          @reactor.start_shared(SharedRequest.new(@reactor, requests))
        end
      end
    end
  end
end
