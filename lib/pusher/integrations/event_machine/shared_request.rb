# frozen_string_literal: true

require_relative "reactor_request"

module Pusher
  module Internal
    module EventMachine
      # A request on the reactor that several {ReactorRequest}s share.
      # @api private
      class SharedRequest < ReactorRequest
        # @return [Array<ReactorRequest>]
        attr_reader :members

        # @param reactor [Reactor]
        # @param members [Array<ReactorRequest>] with equal senders
        def initialize(reactor, members)
          @members = members
          sender = members.first.sender
          super(reactor, nil, -> { sender.post(members.map { |member| member.publication.event }) })
        end

        # @return [Boolean] whether the members must be sent one by one
        def refused? = !@reply.nil? && Async::Publication.refused?(@reply)

        # @return [String]
        def inspect
          "#<#{self.class} #{members.size} events>"
        end

        private

        def error_for_errback(error) = error

        def settle
          return if @is_settled

          @is_settled = true
          settle_members unless refused?
          @reactor.remove_shared(self)
        end

        def settle_members
          return members.each { |member| member.finish_with { raise @error } } if @error

          replies = Async::Publication.replies(@reply, members.map(&:publication))
          members.zip(replies) { |member, reply| member.finish_with { reply } }
        end
      end
    end
  end
end
