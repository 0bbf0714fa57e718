# frozen_string_literal: true

require "async"
require_relative "plain_scheduler"

# Fibers of one thread under a scheduler: ruby-async's, or our plain one.
module Fibers
  # Seconds after which a thread of fibers counts as hanging.
  PATIENCE = 30

  # Under ruby-async.
  module Async
    # Runs each job in a separate fiber and returns their values.
    def self.run(jobs)
      results = Array.new(jobs.size)
      Sync { |task| jobs.each_with_index { |job, index| task.async { results[index] = job.call } } }
      results
    end

    # Runs a job in a fiber and stops it when the queue has an element.
    def self.stop(job, signal)
      Sync do |task|
        running = task.async { job.call }
        task.async { signal.pop && running.stop }.wait
        running.wait
      end
    end
  end

  # Under our own scheduler.
  module Plain
    def self.run(jobs)
      results = Array.new(jobs.size)
      schedule { jobs.each_with_index { |job, index| Fiber.schedule { results[index] = job.call } } }
      results
    end

    def self.stop(job, signal)
      schedule do |scheduler|
        running = Fiber.schedule { job.call }
        Fiber.schedule { signal.pop && scheduler.stop(running) }
      end
    end

    # The fibers that the block starts run until all have ended.
    def self.schedule
      scheduler = PlainScheduler.new
      Fiber.set_scheduler(scheduler)
      yield scheduler
    ensure
      Fiber.set_scheduler(nil)
    end
    private_class_method :schedule
  end

  KINDS = { "ruby-async" => Async, "a plain scheduler" => Plain }.freeze

  # In a thread, so that a hanging fiber does not block the suite.
  def bounded(&block)
    thread = Thread.new(&block)
    thread.join(PATIENCE) || raise("the fibers hang")
    thread.value
  ensure
    thread.kill
  end
end
