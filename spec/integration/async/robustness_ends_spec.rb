# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/async/program"
require_relative "../../support/async/requests"

# A process comes to its end, whatever goes on in it meanwhile, and what it accepts until then is sent or told.
RSpec.describe "The end of a process with asynchronous requests" do
  include AsyncProgram
  include AsyncRequests

  # Runs a program that must end by itself, long before anybody ends it.
  def run_to_end(code)
    within(45) { run_program(code) }
  end

  # What a program prints that has nothing to complain of.
  def told_by(code)
    finished = run_to_end(code)
    expect(finished).to have_attributes(errors: "", status: be_success)
    finished.output.lines.map(&:chomp)
  end

  say_when_waiting = AsyncProgram::SAY_WHEN_WAITING

  [1, 0.1].each do |limit|
    it "comes though a thread goes on publishing, and with it the application's own handlers: within #{limit} s" do
      endpoint.delay = 0.02
      finished = run_to_end(<<~RUBY)
        Pusher.async_exit_timeout = #{limit}
        at_exit { puts "the application's" }
        first = publish("first")
        Thread.new do
          Thread.current.report_on_exception = false
          loop { publish("more") && sleep(0.001) }
        end
        wait_until { first.finished? }
      RUBY
      expect(finished).to have_attributes(output: include("the application's\n"), errors: "", status: be_success)
      expect(endpoint.events.map(&:data)).to include("first")
    end
  end

  it "comes though a thread goes on publishing to a server that never answers" do
    endpoint.hold
    finished = run_to_end(<<~RUBY)
      Pusher.async_exit_timeout = 0.3
      Pusher.async_queue_size = 5
      at_exit { puts "the application's" }
      publish("first")
      Thread.new { loop { publish("more") && sleep(0.001) } }
      sleep(0.1)
    RUBY
    expect(finished.output).to match(/the process exited before \d+ background requests finished/)
    expect(finished.output.lines.last).to eq("the application's\n")
  end

  it "comes though the handler of failures tries again" do
    told = told_by(<<~RUBY)
      Pusher.async_exit_timeout = 2
      Pusher.port = 1
      calls = 0
      Pusher.on_async_error = lambda do |*|
        calls += 1
        publish("again")
      end
      at_exit { puts "the handler was called \#{calls} times" }
      publish("at first")
    RUBY
    expect(told).to match([/Connection refused/, "the handler was called 1 times"])
  end

  it "comes though the handler of failures tries again and again for as long as the process runs" do
    told = told_by(<<~RUBY)
      Pusher.async_exit_timeout = 2
      Pusher.port = 1
      calls = 0
      Pusher.on_async_error = lambda do |*|
        calls += 1
        publish("again")
      end
      at_exit { puts calls < 20 }
      publish("at first")
      wait_until { calls == 2 }
    RUBY
    expect(told.last).to eq("true")
  end

  it "comes though the handler of failures never does" do
    expect(told_by(<<~RUBY)).to eq(["the application's"])
      Pusher.async_exit_timeout = 0.3
      Pusher.port = 1
      is_handling = false
      Pusher.on_async_error = lambda do |*|
        is_handling = true
        sleep
      end
      at_exit { puts "the application's" }
      publish("data")
      wait_until { is_handling }
    RUBY
  end

  it "waits for a handler that is under way" do
    program = start_program(<<~RUBY)
      Pusher.async_exit_timeout = nil
      Pusher.port = 1
      is_handling = false
      Pusher.on_async_error = lambda do |*|
        is_handling = true
        gets
        puts "handled"
      end
      publish("data")
      wait_until { is_handling }
      #{say_when_waiting}
    RUBY
    expect(program.line).to eq("waits")
    expect(program).not_to be_ended
    program.tell("go on")
    expect(within { program.finish }).to have_attributes(output: "handled\n", errors: "", status: be_success)
  end

  describe "which a second signal cuts short" do
    def cut_short(code)
      endpoint.hold
      program = start_program(code)
      expect(program.line).to eq("waits")
      program.signal(:INT)
      within { program.finish }
    ensure
      endpoint.release
    end

    publish_some = <<~RUBY
      Pusher.async_exit_timeout = nil
      Pusher.async_threads = 2
      at_exit { puts "the application's" }
      6.times { |number| publish(number) }
      #{say_when_waiting}
      Process.kill(:TERM, Process.pid)
      sleep
    RUBY

    it "says how many were given up" do
      finished = cut_short(publish_some)
      expect(finished.output.lines.map(&:chomp))
        .to match([/ERROR -- : the process exited before 6 background requests finished/, "the application's"])
    end

    it "tells the handler of each that was given up" do
      handler = "Pusher.on_async_error = ->(error, facts) { puts [error.class, facts[:event]].join(\" \") }\n"
      finished = cut_short(handler + publish_some)
      expect(finished.output.lines.map(&:chomp)).to eq([*["Pusher::Error event"] * 6, "the application's"])
    end
  end

  it "gives up nothing but what it has waited for until its time was up" do
    endpoint.delay = 0.05
    told = told_by(<<~RUBY)
      at_exit { 3.times { publish("late") } }
      publish("at first")
      Thread.new { 3.times { |number| publish(number) } }.join
    RUBY
    expect(told).to be_empty
    expect(endpoint.events.size).to eq(7)
  end

  describe "has handlers that run after the wait, whose requests" do
    def late(preparation, code)
      told_by("at_exit do\n#{code}\nend\n#{preparation}\npublish(\"at first\")")
    end

    it "are sent before the call returns" do
      expect(late("", <<~RUBY)).to eq(["true", "200", "Pusher::Internal::Async::AsyncRequest", "true"])
        request = publish("late")
        p request.finished?, request.pop.status, request.join(1).class, Pusher.flush
      RUBY
      expect(endpoint.events.map(&:data)).to eq(["at first", "late"])
    end

    it "are sent before the call returns without a limit as well" do
      expect(late("Pusher.async_exit_timeout = nil", "p publish(\"late\").finished?")).to eq(["true"])
      expect(endpoint.events.map(&:data)).to eq(["at first", "late"])
    end

    it "are told of at once where they fail" do
      told = late("Pusher.on_async_error = ->(error, facts) { puts [error.class, facts[:event]].join(\" \") }", <<~RUBY)
        Pusher.port = 1
        publish("late")
        puts "after the call"
      RUBY
      expect(told).to eq(["Errno::ECONNREFUSED event", "after the call"])
    end

    it "are refused when the time is up" do
      endpoint.hold
      told = late("Pusher.async_exit_timeout = 0.2\nPusher.on_async_error = ->(*) {}", <<~RUBY)
        begin
          publish("late")
        rescue Pusher::Error => e
          puts e.message
        end
        p Pusher.flush(0)
      RUBY
      expect(told.first).to match(/async_exit_timeout has passed/)
      expect(endpoint.requests.map { |request| request.json["data"] }).to eq(["at first"])
    end
  end

  it "has one limit, however many handlers publish to a server that never answers" do
    endpoint.hold
    before = Process.clock_gettime(Process::CLOCK_MONOTONIC)
    told_by(<<~RUBY)
      Pusher.async_exit_timeout = 1
      50.times { |number| at_exit { publish(number) rescue nil } }
      publish("at first")
    RUBY
    expect(Process.clock_gettime(Process::CLOCK_MONOTONIC) - before).to be < 30
  end

  it "comes within its limit, though that is longer than Ruby's clocks" do
    endpoint.delay = 0.3
    told_by("Pusher.async_exit_timeout = 1e12\npublish(\"data\")")
    expect(endpoint.events.map(&:data)).to eq(["data"])
  end
end
