# frozen_string_literal: true

# Creates a client from the environment. An unset variable raises Pusher::ConfigurationError.
#
#   PUSHER_URL=… ruby -I lib examples/from_env.rb
require "pusher"

pusher = Pusher::Client.from_env

pusher.trigger("news", "headline", { title: "Hello" })
puts "Published to application #{pusher.app_id} through #{pusher.host}."
