# frozen_string_literal: true

# What `rake bench:growth` measures of a process of its own: `program.rb MEASURE ARGUMENTS`. It prints lines of numbers.

require "pusher"
require_relative "../../spec/support/cost"
require_relative "../../spec/support/soak/figures"

# Each method prints its figures.
module Program
  module_function

  # Resident memory in KiB and descriptors.
  def print_figures(count)
    figures = Soak::Figures.take.values
    $stdout.write("#{count} #{figures[:memory]} #{figures[:descriptors]}\n")
  end

  def client_of(url) = Pusher::Client.from_url(url).tap { |client| client.timeout = 300 }

  # Publishes with so many requests in flight, in a number of rounds: prints events and seconds.
  def throughput(kind, url, in_flight, events)
    client = client_of(url)
    in_flight, events = [in_flight, events].map(&:to_i)
    2.times do |round|
      started = Process.clock_gettime(Process::CLOCK_MONOTONIC)
      public_send(kind, client, in_flight, events)
      puts [events, Process.clock_gettime(Process::CLOCK_MONOTONIC) - started].join(" ") if round == 1
    end
  end

  def pool(client, in_flight, events)
    Pusher.async_threads = in_flight if Pusher.async_threads != in_flight
    Pusher.async_queue_size = events if Pusher.async_queue_size != events
    events.times { client.trigger_async("channel", "event", Cost::DATA) }
    Pusher.flush
  end

  def threads(client, in_flight, events)
    Array.new(in_flight) { Thread.new { (events / in_flight).times { publish(client) } } }.each(&:join)
  end

  def fibers(client, in_flight, events)
    require "async"
    Sync do |task|
      Array.new(in_flight) { task.async { (events / in_flight).times { publish(client) } } }.each(&:wait)
    end
  end

  # The figures while requests of the pool wait for a server that does not reply. A line on stdin says when they do.
  def held_by_pool(url, in_flight)
    Pusher.async_threads = in_flight.to_i
    Pusher.async_exit_timeout = 0
    client = client_of(url)
    print_figures(0)
    in_flight.to_i.times { client.trigger_async("channel", "event", Cost::DATA) }
    $stdin.gets
    print_figures(in_flight)
    exit!(0)
  end

  def held_by_fibers(url, in_flight)
    require "async"
    client = client_of(url)
    Sync do |task|
      print_figures(0)
      in_flight.to_i.times { task.async { publish(client) } }
      task.async { $stdin.wait_readable && print_figures(in_flight) && exit!(0) }
    end
  end

  # The figures after so many clients have published, each on its own connection.
  def clients(url, *numbers)
    clients = []
    print_figures(0)
    numbers.map(&:to_i).each do |number|
      clients << client_of(url).tap { |client| publish(client) } while clients.size < number
      print_figures(number)
    end
  end

  # The figures after each tenth of so many calls.
  def calls(operation, url, count)
    client = client_of(url)
    step = operation == "trigger" ? -> { publish(client) } : -> { authenticate(client) }
    1000.times { step.call }
    11.times do |tenth|
      (count.to_i / 10).times { step.call } if tenth.positive?
      print_figures(tenth * count.to_i / 10)
    end
  end

  def publish(client) = client.trigger("channel", "event", Cost::DATA)

  def authenticate(client) = client.authenticate("presence-channel", "1.1", { user_id: "1" })
end

$stdout.sync = true
Program.public_send(*ARGV)
