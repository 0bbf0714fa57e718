# frozen_string_literal: true

module Pusher
  module Internal
    module WebMock
      # Turns the response of a WebMock stub into a reply or an error.
      # @api private
      class StubbedReply
        # @param response [WebMock::Response] evaluated
        def initialize(response)
          @response = response
        end

        # @raise [Exception] the exception of the stub; a StandardError is marked as a failure of the transport
        # @raise [ArgumentError] if the stub has an invalid status or header
        # @return [HTTP::Reply]
        def reply
          raise HTTP::OutgoingRequest.failure(timeout_error) if @response.should_timeout

          error = @response.exception
          raise error.is_a?(StandardError) ? HTTP::OutgoingRequest.failure(error) : error if error

          HTTP::OutgoingRequest.reply(status, Array(@response.body).join, headers)
        end

        private

        def timeout_error = ReceiveTimeoutError.new("a WebMock stub simulated a timeout")

        def status
          code = Array(@response.status).first
          code.to_s.match?(/\A[1-9]\d\d\z/) ? code.to_i : raise_invalid("status", code)
        end

        def headers
          fields = @response.headers || {}
          HTTP::OutgoingRequest.reply(200, "", fields)
          fields
        rescue ArgumentError
          raise_invalid("headers", fields)
        end

        def raise_invalid(part, value)
          raise ArgumentError, "invalid #{part} in a WebMock stub: #{value.inspect}"
        end
      end
    end
  end
end
