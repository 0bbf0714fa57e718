# frozen_string_literal: true

module Pusher
  module Internal
    class Async
      # What {ChannelQueues} asks a request for. The request has an instance variable `@publication`.
      # @api private
      module Publishing
        # @return [Publication, nil]
        attr_reader :publication

        # @return [Array<String>] requests with a common channel are sent one after the other
        def channels = @publication ? @publication.channels : []

        # @return [Publication::Sender, nil] equal for requests that may be sent together; nil if it is sent alone
        def sender
          @publication&.sender unless @is_alone
        end

        # Makes the request not share another one.
        def send_alone
          @is_alone = true
        end
      end
    end
  end
end
