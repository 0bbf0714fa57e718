# frozen_string_literal: true

require "pusher/authorization"
require "pusher/webhooks"

module Live
  # The endpoints that Channels requires of a web application. docs/authorisation.md and docs/webhooks.md describe them.
  module Endpoints
    module_function

    # Every visitor may subscribe to the channels of the page.
    def authorization(pusher, visitors)
      Pusher::Authorization.new(pusher) do
        private_channel("private-team") { |request| visitors.of(request) }
        encrypted_channel("private-encrypted-vault") { |request| visitors.of(request) }
        presence_channel("presence-room") do |request|
          visitor = visitors.of(request)
          visitor && { user_id: visitor.id, user_info: { name: visitor.name } }
        end
        user { |request| visitors.of(request)&.to_h }
      end
    end

    # The page shows webhooks as they arrive, so there is nothing left to do for a handler.
    def webhooks(pusher)
      Pusher::Webhooks.new(pusher) { any { |event| Pusher.logger.debug(event["name"]) } }
    end
  end
end
