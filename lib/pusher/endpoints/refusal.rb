# frozen_string_literal: true

module Pusher
  module Internal
    module Endpoints
      # Ends the handling of a request with this status and message.
      # @api private
      class Refusal < StandardError
        # @return [Integer]
        attr_reader :status
        # @return [Hash{String => String}]
        attr_reader :headers

        # @param status [Integer]
        # @param message [String] for the client; it never quotes the request
        # @param headers [Hash{String => String}]
        def initialize(status, message, headers = {})
          super(message)
          @status = status
          @headers = headers
        end
      end
    end
  end
end
