# frozen_string_literal: true

# The application that the Sidekiq processes of the specs load.
require "active_job"
require "pusher"
require_relative "reliable_fetch"

ActiveJob::Base.queue_adapter = :sidekiq
ActiveJob::Base.logger = Logger.new(nil)

Sidekiq.configure_server do |config|
  config.redis = { url: ENV.fetch("REDIS_URL") }
  ReliableFetch.install(config)
  config.on(:startup) { Sidekiq.redis { |redis| redis.lpush("started", ENV.fetch("WORKER")) } }
end

# Kills the process as soon as it has this number of replies: the events are published, and Redis does not know it yet.
if (limit = ENV["KILLED_AFTER"]&.to_i)
  replies = Thread::Queue.new
  Pusher.use(lambda do |_request, &sending|
    sending.call.tap do
      replies.push(true)
      Process.kill(:KILL, Process.pid) if replies.size == limit
    end
  end)
end
