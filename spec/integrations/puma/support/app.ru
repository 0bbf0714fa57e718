# frozen_string_literal: true

# Publishes an event in the background for each request.
require "pusher"

Pusher.timeout = 60
Pusher.async_threads = 2
Pusher.async_exit_timeout = 30

# Runs in each process that loads the application: in the master with preload_app!, otherwise in every worker.
ENV["PUBLISH_AT_LOAD"].to_i.times { |number| Pusher.trigger_async("channel", "event", "loaded.#{number}") }

run(lambda do |env|
  Pusher.trigger_async("channel", "event", env["PATH_INFO"].delete_prefix("/"))
  [202, { "Content-Type" => "text/plain" }, [Process.pid.to_s]]
end)
