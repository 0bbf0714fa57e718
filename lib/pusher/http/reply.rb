# frozen_string_literal: true

require_relative "../native"

module Pusher
  module Internal
    module HTTP
      # A reply as it was received, with any status.
      class Reply
        # @!method status
        #   @return [Integer]
        # @!method body
        #   @return [String]
        # @!method headers
        #   @return [Hash{String => String}] header fields by canonical name, such as `Content-Type`
        # @!method attempts
        #   @return [Integer] how often the request was sent: 2 if the server had closed the idle connection
        alias code status
        alias content body

        # @return [Integer] the size of the body
        def body_bytes = body.bytesize

        # @return [String]
        def inspect
          "#<#{self.class} #{status}>"
        end
      end
    end
  end
end
