# frozen_string_literal: true

# Publishes events on an EventMachine reactor. The reactor goes on while the requests wait. Needs the gem eventmachine;
# em-http-request is not necessary.
#
#   PUSHER_URL=… ruby -I lib examples/eventmachine.rb
require "eventmachine"
require "pusher"

# The error is a Pusher::Error.
def fail_with(error)
  warn "It failed: #{error.message}"
  EM.stop
end

EM.run do
  # While the reactor runs, the asynchronous methods return a deferrable.
  request = Pusher.trigger_async("news", "headline", { title: "Hello" })
  request.callback do
    puts "Published."
    channels = Pusher.get_async("/channels", { filter_by_prefix: "presence-" })
    channels.callback do |reply|
      puts "Occupied presence channels: #{reply[:channels].size}"
      EM.stop
    end
    channels.errback { |error| fail_with(error) }
  end
  # Both blocks run on the thread of the reactor.
  request.errback { |error| fail_with(error) }
end
