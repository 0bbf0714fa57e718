# frozen_string_literal: true

# The application that the Sidekiq processes of the specs load. Settings in environment variables:
#
#   WORKER              the name of the process
#   FETCH               "basic" for Sidekiq's own way to take jobs
#   SIGNAL              a signal that the process sends to itself,
#   BEFORE_REQUEST      before it sends this request (a number), or
#   AFTER_REPLY         when it has this reply: the event is published, and Redis does not know it yet
require "active_job"
require "pusher"
require_relative "reliable_fetch"

ActiveJob::Base.queue_adapter = :sidekiq
ActiveJob::Base.logger = Logger.new(nil)

Sidekiq.configure_server do |config|
  config.redis = { url: ENV.fetch("REDIS_URL") }
  settings = config.respond_to?(:[]=) ? config : Sidekiq.options
  # Seconds between two looks for jobs that are due.
  settings[:poll_interval_average] = 1
  ReliableFetch.install(config) unless ENV["FETCH"] == "basic"
  config.on(:startup) { Sidekiq.redis { |redis| redis.lpush("started", ENV.fetch("WORKER")) } }
end

# Sends the signal at the number in an environment variable.
class Stop
  def initialize(variable)
    @number = ENV[variable]&.to_i
    @calls = Thread::Queue.new
  end

  def call
    @calls.push(true)
    Process.kill(ENV.fetch("SIGNAL"), Process.pid) if @calls.size == @number
  end
end

before_request, after_reply = %w[BEFORE_REQUEST AFTER_REPLY].map { |variable| Stop.new(variable) }
Pusher.use(lambda do |_request, &sending|
  before_request.call
  sending.call.tap { after_reply.call }
end)
