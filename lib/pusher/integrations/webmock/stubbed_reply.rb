# frozen_string_literal: true

module Pusher
  module Internal
    module WebMock
      # The reply that a stub of WebMock's stands for, or the failure.
      # @api private
      class StubbedReply
        # @param response [WebMock::Response] evaluated
        def initialize(response)
          @response = response
        end

        # @raise [Exception] what the stub raises; a StandardError is a failure of the transport
        # @raise [ArgumentError] where the stub describes no reply
        # @return [HTTP::Reply]
        def reply
          raise HTTP::OutgoingRequest.failure(timeout) if @response.should_timeout

          error = @response.exception
          raise error.is_a?(StandardError) ? HTTP::OutgoingRequest.failure(error) : error if error

          described
        end

        private

        def timeout
          ReceiveTimeoutError.new("a stub of WebMock timed out in the place of a reply")
        end

        def described
          HTTP::OutgoingRequest.reply(status, Array(@response.body).join, headers)
        end

        def status
          code = Array(@response.status).first
          code.to_s.match?(/\A[1-9]\d\d\z/) ? code.to_i : refuse("status", code)
        end

        def headers
          fields = @response.headers || {}
          HTTP::OutgoingRequest.reply(200, "", fields)
          fields
        rescue ArgumentError
          refuse("headers", fields)
        end

        def refuse(part, value)
          raise ArgumentError, "A stub of WebMock gives what no reply has: #{part} #{value.inspect}"
        end
      end
    end
  end
end
