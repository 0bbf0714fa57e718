# frozen_string_literal: true

# Prints the public constants of the module after the gem and the files in the arguments are loaded and used.
require "json"
require "pusher"
ARGV.each { |file| require file }
Pusher::Client.new.sync_http_client
Pusher::HTTPClient.const_get(:TimeoutError)
puts JSON.generate(Pusher.constants)
