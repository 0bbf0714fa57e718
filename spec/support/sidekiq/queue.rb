# frozen_string_literal: true

require "active_job"
require "sidekiq"
require_relative "workers"

# Sidekiq 6.4 with redis 4.8 prints one for each job.
Redis.silence_deprecations = true if defined?(Redis.silence_deprecations)

# A queue of Sidekiq, and what happens to its jobs.
module SidekiqQueue
  class << self
    # The server of all examples: Sidekiq keeps its connections.
    def redis
      @redis ||= RedisServer.new.tap do |redis|
        redis.start
        Sidekiq.configure_client { |config| config.redis = { url: redis.url } }
        RSpec.configure { |config| config.after(:suite) { redis.stop } }
      end
    end
  end

  # Triggers later, through an empty queue, from here on.
  def enqueue_with(url)
    redis.command("FLUSHALL")
    Sidekiq.logger.level = Logger::WARN
    ActiveJob::Base.queue_adapter = :sidekiq
    ActiveJob::Base.logger = Logger.new(nil)
    Pusher.url = url
  end

  def redis = SidekiqQueue.redis

  # Runs the jobs until none is left.
  def work(url)
    Workers.run(redis, url) do |workers|
      workers.start("one")
      workers.drain
    end
  end

  # Runs the jobs in two processes. One of them stops itself in the middle, and is started again.
  #
  # @param settings [Hash] of the process that stops itself (worker.rb)
  # @return [Integer] how many jobs of this process ReliableFetch has put back
  def work_and_stop_one(url, **settings)
    Workers.run(redis, url) do |workers|
      stopping = workers.start("one", **settings)
      workers.start("two", **settings.slice(:FETCH))
      expect(stopping.value.termsig).to eq(Signal.list["KILL"]) if settings[:SIGNAL] == "KILL"
      stopping.join
      workers.start("one", **settings.slice(:FETCH))
      workers.drain
    end
    redis.command("INCRBY recovered 0")
  end
end
