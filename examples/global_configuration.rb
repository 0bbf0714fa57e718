# frozen_string_literal: true

# Configures the default client of the process. If PUSHER_URL is set, these settings are not necessary.
#
#   PUSHER_URL=… ruby -I lib examples/global_configuration.rb
require "pusher"

settings = URI(ENV.fetch("PUSHER_URL"))

Pusher.app_id = settings.path.split("/").last
Pusher.key = settings.user
Pusher.secret = settings.password
Pusher.scheme = settings.scheme
Pusher.host = settings.host # or, on the service itself: Pusher.cluster = "eu"
Pusher.port = settings.port
Pusher.timeout = 10

Pusher.trigger("news", "headline", { title: "Hello" })
puts "Published to application #{Pusher.app_id}."
