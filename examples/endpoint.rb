# frozen_string_literal: true

# A Channels API endpoint on loopback, to try the other programs without an account. It checks every request and prints
# the published events:
#
#   ruby examples/endpoint.rb
#
# and, in another terminal, with the PUSHER_URL that it prints:
#
#   PUSHER_URL=… ruby -I lib examples/publish.rb
require_relative "../spec/support/channels_api"

$stdout.sync = true
ChannelsApi::Server.run do |server|
  trap("INT") { exit }
  puts "PUSHER_URL=#{server.url}", "Stop it with ^C."
  (1..).each do |count|
    event = server.wait_for(count, patience: nil).last
    puts "#{event.name} on #{event.channels.join(", ")}: #{event.data}"
  end
end
