# frozen_string_literal: true

require "stringio"

module Pusher
  module Internal
    class Async
      # The HTTP reply to a background request, with any status.
      class AsyncReply
        # @api private
        def initialize(reply)
          @reply = reply
        end

        # @return [StringIO] the body as a stream; it keeps its position between calls
        def body
          @body ||= ::StringIO.new(content)
        end

        # @return [Integer]
        def status = @reply.status
        alias code status

        # @return [String] the whole body, at each call
        def content = @reply.body.to_s

        # @return [Hash{String => String}] header fields by their canonical names
        def headers = @reply.headers

        # @return [String]
        def inspect
          "#<#{self.class} #{status}>"
        end
      end
    end
  end
end
