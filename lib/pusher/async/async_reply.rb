# frozen_string_literal: true

require "stringio"

module Pusher
  module Internal
    class Async
      # The reply to a request that was sent in the background, as it came, whatever its status.
      class AsyncReply
        # @api private
        def initialize(reply)
          @reply = reply
        end

        # @return [StringIO] to be read once, as a stream is
        def body
          @body ||= ::StringIO.new(content)
        end

        # @return [Integer]
        def status = @reply.status
        alias code status

        # @return [String] the whole body, however often it is asked for
        def content = @reply.body.to_s

        # @return [Hash{String => String}] fields by their canonical names
        def headers = @reply.headers

        # @return [String]
        def inspect
          "#<#{self.class} #{status}>"
        end
      end
    end
  end
end
