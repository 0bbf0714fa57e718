# frozen_string_literal: true

require "rbconfig"
require "tmpdir"
require_relative "redis_server"

# Sidekiq processes that run the jobs in a Redis server.
class Workers
  # A worker did not start, or does not finish.
  class Failed < StandardError; end

  APPLICATION = File.expand_path("worker.rb", __dir__)
  LIB = File.expand_path("../../../lib", __dir__)
  THREADS = 5
  # Seconds after which a wait fails.
  PATIENCE = 60

  # @param redis [RedisServer]
  # @param url [String] of the service that gets the events
  def self.run(redis, url)
    Dir.mktmpdir("sidekiq") do |folder|
      workers = new(redis, url, folder)
      yield workers
    ensure
      workers&.stop
    end
  end

  def initialize(redis, url, folder)
    @redis = redis
    @url = url
    @folder = folder
    @processes = []
  end

  # Starts a worker, and waits until it has started.
  #
  # @return [Process::Waiter]
  def start(name, **environment)
    variables = { "REDIS_URL" => @redis.url, "PUSHER_URL" => @url, "WORKER" => name }
    environment.each { |key, value| variables[key.name] = value.to_s }
    process = Process.detach(Process.spawn(variables, *command, in: File::NULL, %i[out err] => [log, "a"]))
    @processes << process
    wait_until("worker #{name} has started") { @redis.command("LLEN started") == @processes.size }
    process
  end

  # Waits until no job is left, apart from those that ReliableFetch does not know.
  def drain
    counts = ["LLEN queue:default", "LLEN working:one", "LLEN working:two", "ZCARD schedule"]
    wait_until("the queue is empty") { counts.all? { |count| @redis.command(count).zero? } }
  end

  # Ends the workers as a deployment does.
  def stop
    @processes.select(&:alive?).each { |process| Process.kill(:TERM, process.pid) }
    @processes.each { |process| process.join(PATIENCE) || Process.kill(:KILL, process.pid) }
  end

  private

  def command
    [RbConfig.ruby, "-I", LIB, Gem.bin_path("sidekiq", "sidekiq"), "-r", APPLICATION, "-c", THREADS.to_s, "-e", "test"]
  end

  def wait_until(what)
    deadline = Process.clock_gettime(Process::CLOCK_MONOTONIC) + PATIENCE
    until yield
      late = Process.clock_gettime(Process::CLOCK_MONOTONIC) > deadline
      raise Failed, "not within #{PATIENCE} s: #{what}. #{File.readlines(log).last(20).join}" if late

      sleep(0.05)
    end
  end

  def log = File.join(@folder, "log")
end
