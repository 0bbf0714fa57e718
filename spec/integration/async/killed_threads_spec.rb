# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/async/program"
require_relative "../../support/async/requests"

# Applications, and especially their test suites, kill threads that they did not start.
RSpec.describe "Threads of background requests that are killed" do
  include AsyncProgram
  include AsyncRequests

  # `kill_all` kills all threads of the gem.
  kill_all = <<~RUBY
    own = Thread.list
    define_method(:kill_all) { (Thread.list - own).each(&:kill) }
  RUBY

  # While `$is_killing`, kills each thread of the gem right after its start.
  kill_at_start = <<~RUBY
    Thread.singleton_class.prepend(Module.new do
      def start(*, &block) = super.tap { |thread| thread.kill if $is_killing && caller.join.include?("async/helper_thread") }
    end)
  RUBY

  it "are replaced for the next request" do
    output = output_of(<<~RUBY)
      own = Thread.list
      publish("before").pop
      2.times do |round|
        (Thread.list - own).each(&:kill).each(&:join)
        p publish("after \#{round}").pop.status
      end
    RUBY
    expect(output).to eq("200\n200\n")
    expect(endpoint.events.map(&:data)).to eq(["before", "after 0", "after 1"])
  end

  it "end their request with a Pusher::Error" do
    endpoint.hang
    program = start_program(<<~RUBY)
      own = Thread.list
      request = publish("hung")
      waiting = Thread.new { request.pop rescue $! }
      gets
      (Thread.list - own - [waiting]).each(&:kill)
      puts waiting.join(60) ? waiting.value.class : "hangs"
    RUBY
    endpoint.wait_until_in_flight(1)
    program.write_line("go on")
    expect(program.line).to eq("Pusher::Error")
    program.finish
  end

  it "are replaced when killed right after their start" do
    expect(output_of(<<~RUBY)).to eq("200\n")
      #{kill_at_start}
      Pusher.async_threads = 2
      $is_killing = true
      20.times { |number| publish(number) }
      $is_killing = false
      p publish("last").pop.status
      Pusher.flush
    RUBY
    expect(endpoint.events.map(&:data)).to match_array([*Array.new(20, &:to_s), "last"])
  end

  it "are replaced when killed right after their start, with a full queue" do
    output_of(<<~RUBY)
      #{kill_at_start}
      Pusher.async_threads = 1
      Pusher.async_queue_size = 1
      10.times do |number|
        $is_killing = true
        publish("a \#{number}")
        $is_killing = false
        publish("b \#{number}").pop
      end
    RUBY
    expect(endpoint.events.map(&:data)).to eq(Array.new(10) { |number| ["a #{number}", "b #{number}"] }.flatten)
  end

  it "are replaced each time, up to async_threads" do
    expect(output_of(<<~RUBY)).to eq("[200, 200]\n")
      #{kill_all}
      Pusher.async_threads = 2
      Pusher.on_async_error = ->(*) {}
      30.times do |number|
        publish(number)
        kill_all
      end
      Pusher.flush
      p Array.new(2) { |number| publish("last") }.map { |request| request.pop.status }
    RUBY
    expect(endpoint.events.map(&:data).last(2)).to eq(%w[last last])
  end

  it "leave queued requests to other threads, also while callers are blocked" do
    endpoint.hold
    program = start_program(<<~RUBY)
      #{kill_all}
      Pusher.async_threads = 2
      Pusher.async_queue_size = 2
      Pusher.on_async_error = ->(*) {}
      4.times { |number| publish("first \#{number}") }
      callers = Array.new(4) { |number| Thread.new { publish("waited \#{number}") } }
      own.concat(callers)
      wait_until { callers.all?(&:stop?) }
      puts "full"
      gets
      kill_all
      puts "killed"
      callers.each(&:join)
      Pusher.flush
      puts "flushed"
    RUBY
    expect(program.line).to eq("full")
    endpoint.wait_until_in_flight(2)
    program.write_line("go on")
    expect(program.line).to eq("killed")
    endpoint.release
    expect(program.line).to eq("flushed")
    expect(within { program.finish }).to have_attributes(errors: "", status: be_success)
    waited = Array.new(4) { |number| "waited #{number}" }
    expect(endpoint.events.map(&:data)).to match_array([*Array.new(4) { |number| "first #{number}" }, *waited])
  end

  it "are replaced as soon as the system can start threads again, also while callers are blocked" do
    endpoint.hold
    program = start_program(<<~RUBY)
      #{kill_all}
      Thread.singleton_class.prepend(Module.new do
        def start(*, &block) = $is_denied ? raise(ThreadError, "no thread to be had") : super
      end)
      Pusher.async_threads = 1
      Pusher.async_queue_size = 1
      Pusher.on_async_error = ->(*) {}
      publish("held")
      puts "published"
      gets
      publish("queued")
      callers = Array.new(3) { |number| Thread.new { publish("waited \#{number}") } }
      wait_until { callers.all?(&:stop?) }
      own.concat(callers)
      $is_denied = true
      kill_all
      wait_until { (Thread.list - own).empty? }
      $is_denied = false
      puts "killed"
      gets
      publish("last").pop
      Pusher.flush
    RUBY
    expect(program.line).to eq("published")
    endpoint.wait_until_in_flight(1)
    program.write_line("go on")
    expect(program.line).to eq("killed")
    endpoint.release
    program.write_line("go on")
    expect(within { program.finish }).to have_attributes(errors: "", status: be_success)
    waited = Array.new(3) { |number| "waited #{number}" }
    expect(endpoint.events.map(&:data)).to match_array(["held", "queued", *waited, "last"])
  end

  it "leave the queue of a replaced pool to other threads" do
    endpoint.hold
    program = start_program(<<~RUBY)
      #{kill_all}
      Pusher.async_threads = 1
      Pusher.on_async_error = ->(*) {}
      publish("held")
      puts "published"
      gets
      queued = publish("queued")
      Pusher.async_threads = 2
      kill_all
      p queued.pop.status
    RUBY
    expect(program.line).to eq("published")
    endpoint.wait_until_in_flight(1)
    meanwhile { endpoint.wait_for_requests(2) && endpoint.release }
    program.write_line("go on")
    expect(program.line).to eq("200")
    expect(within { program.finish }).to have_attributes(errors: "", status: be_success)
  end

  it "are replaced, including the one that reports failures" do
    expect(output_of(<<~RUBY)).to eq("reported before\nreported after\n")
      #{kill_all}
      Pusher.port = 1
      reported = []
      Pusher.on_async_error = ->(_, facts) { reported << facts[:event] && puts("reported \#{facts[:event]}") }
      Pusher.trigger_async("channel", "before", "data").join
      wait_until { Thread.list.any? { |thread| thread.name == "pusher-async-failures" && thread.stop? } }
      kill_all
      wait_until { (Thread.list - own).empty? }
      Pusher.trigger_async("channel", "after", "data").join
      wait_until { reported.include?("after") }
    RUBY
  end
end
