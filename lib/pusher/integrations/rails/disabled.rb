# frozen_string_literal: true

require_relative "../../testing"

module Pusher
  module Internal
    module Rails
      # The middleware of `config.pusher.enabled = false`: replies to requests in place of the service, as a service
      # without subscribers does. The log subscriber logs the requests.
      # @api private
      module Disabled
        # The private constant of the test mode.
        REPLIES = Testing.const_get(:DefaultReplies)
        private_constant :REPLIES

        class << self
          # Replies to all requests from now on.
          #
          # @return [void]
          def install = HTTP::Middleware.install(:disabled, self)

          # @return [Boolean]
          def active? = true

          # @param request [HTTP::OutgoingRequest]
          # @return [HTTP::Reply]
          def call(request)
            HTTP::OutgoingRequest.reply(200, REPLIES.body_for(Testing::Request.new(request)))
          end

          # @return [Boolean] true: it passes no request on
          def final? = true
        end
      end
    end
  end
end
