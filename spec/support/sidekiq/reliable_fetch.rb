# frozen_string_literal: true

require "sidekiq"

# Takes jobs from the queue "default" without losing those of a killed process. Sidekiq itself removes a job from Redis
# before it runs it, so a killed process loses the jobs that it was running. This class moves a job to a list of the
# worker, and removes it from there when it has run. A worker with the same name puts what it finds there back into the
# queue when it starts. The plug-ins for Sidekiq that fetch reliably work like this.
class ReliableFetch
  QUEUE = "queue:default"
  # Seconds after which an idle thread checks whether the process is about to end.
  TIMEOUT = 1

  # A job that a thread of the worker runs.
  UnitOfWork = Struct.new(:job, :working) do
    def queue_name = QUEUE.delete_prefix("queue:")

    def acknowledge
      Sidekiq.redis { |redis| redis.lrem(working, -1, job) }
    end

    def requeue
      Sidekiq.redis { |redis| redis.rpush(QUEUE, job) }
      acknowledge
    end
  end

  class << self
    # Puts back the jobs of a killed process before any thread takes a job: threads make instances of this class.
    #
    # @param config [Object] of a Sidekiq server
    def install(config)
      Sidekiq.redis { |redis| recover(redis) }
      return config[:fetch_class] = self if Integer(Sidekiq::VERSION[/\d+/]) > 6

      Sidekiq.options[:fetch] = new
    end

    # The list of this worker.
    def working = "working:#{ENV.fetch("WORKER")}"

    private

    def recover(redis)
      number = 0
      number += 1 while redis.lmove(working, QUEUE, "RIGHT", "RIGHT")
      redis.incrby("recovered", number)
    end
  end

  def initialize(_capsule = nil)
    @working = self.class.working
  end

  def retrieve_work
    job = Sidekiq.redis { |redis| take(redis) }
    UnitOfWork.new(job, @working) if job
  end

  def bulk_requeue(units, _options = nil)
    units.each(&:requeue)
  end

  private

  # The client of Sidekiq 7 and newer has other methods for commands that wait.
  def take(redis)
    return redis.blmove(QUEUE, @working, "RIGHT", "LEFT", timeout: TIMEOUT) unless redis.respond_to?(:blocking_call)

    redis.blocking_call(TIMEOUT + 1, "BLMOVE", QUEUE, @working, "RIGHT", "LEFT", TIMEOUT)
  end
end
