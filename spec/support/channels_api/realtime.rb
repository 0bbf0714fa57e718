# frozen_string_literal: true

module ChannelsApi
  # The other half of the service, as far as a server library sees it: subscribers, signed-in users and webhooks.
  module Realtime
    # Listens to a channel. `auth` is what the application's auth endpoint answered for it.
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
