# frozen_string_literal: true

# Publishes events in the tasks of the gem async, or under any other fiber scheduler. While a request waits, other tasks
# run, on one thread. Needs the gem async.
#
#   PUSHER_URL=… ruby -I lib examples/fiber_scheduler.rb
require "async"
require "pusher"

Async do |task|
  # The three requests are sent at the same time. `trigger` returns as soon as its own reply is there.
  tasks = %w[news sport weather].map do |channel|
    task.async { Pusher.trigger(channel, "headline", { title: "Hello #{channel}" }) }
  end
  tasks.each(&:wait)
  puts "Published #{tasks.size} events."

  # `trigger_async` sends in a task of its own, and returns at once.
  request = Pusher.trigger_async("news", "headline", { title: "Later" })
  puts "The service replied with status #{request.pop.status}."

  # The timeouts of the scheduler apply, too.
  task.with_timeout(5) { puts "Occupied channels: #{Pusher.channels[:channels].size}" }
end
