# frozen_string_literal: true

module ChannelsApi
  # The realtime side of the service: subscribers, signed-in users and webhooks.
  module Realtime
    # Subscribes to a channel. `auth` is the result of the application's auth endpoint.
    def subscribe(channel, socket_id: "1.1", auth: nil)
      member = Admission.new(app).enter(channel, socket_id, auth)
      audience.join(Subscriber.new(channel:, socket_id:, member:))
    end

    # Signs a user in and listens to the events sent to that user.
    def sign_in(socket_id, auth)
      user = Admission.new(app).sign_in(socket_id, auth)
      subscribe("#server-to-user-#{user.fetch("id")}", socket_id:)
    end

    def webhook(*events)
      Webhook.new(app, events)
    end
  end
end
