# frozen_string_literal: true

require "active_job"
require "sidekiq"
require_relative "workers"

# Sidekiq 6.4 with redis 4.8 prints one for each job.
Redis.silence_deprecations = true if defined?(Redis.silence_deprecations)

# A queue of Sidekiq, and what happens to its jobs.
module SidekiqQueue
  # Publishes later, through a Redis server, in the block.
  def enqueue_with(url)
    RedisServer.run do |redis|
      @redis = redis
      Sidekiq.configure_client { |config| config.redis = { url: redis.url } }
      ActiveJob::Base.queue_adapter = :sidekiq
      ActiveJob::Base.logger = Logger.new(nil)
      Pusher.url = url
      yield
    end
  end

  # @return [String] all that Redis stores
  def contents_of_redis = @redis.contents

  # Runs the jobs until none is left.
  def work(url)
    Workers.run(@redis, url) do |workers|
      workers.start("one")
      workers.drain
    end
  end

  # Runs the jobs in two processes. Kills one of them in the middle and starts it again.
  #
  # @return [Integer] how many jobs the killed process was running
  def work_and_kill_one(url)
    Workers.run(@redis, url) do |workers|
      victim = workers.start("one", KILLED_AFTER: 300)
      workers.start("two")
      expect(victim.value.termsig).to eq(Signal.list["KILL"])
      workers.start("one")
      workers.drain
    end
    Integer(@redis.command("INCRBY recovered 0"))
  end
end
