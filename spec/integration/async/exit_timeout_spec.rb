# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/async/program"
require_relative "../../support/async/requests"

# The exit hook waits for requests until a deadline.
RSpec.describe "Pusher.async_exit_timeout" do
  include AsyncProgram
  include AsyncRequests

  # Runs a program that must exit by itself, well before its own timeout.
  def run_to_exit(code)
    within(45) { run_program(code) }
  end

  # The output of a program that exits with success and without messages.
  def lines_of(code)
    finished = run_to_exit(code)
    expect(finished).to have_attributes(errors: "", status: be_success)
    finished.output.lines.map(&:chomp)
  end

  say_when_waiting = AsyncProgram::SAY_WHEN_WAITING
  # A program that exits while the endpoint holds its request.
  held = "publish(\"held\")\nputs \"ends\"\n"

  it "logs the number of unfinished requests when it has passed" do
    endpoint.hold
    output = within(30) do
      output_of("Pusher.async_exit_timeout = 0.2\nat_exit { puts \"last\" }\npublish(\"held\")\n#{held}")
    end
    expect(output.lines.map(&:chomp)).to match(["ends",
                                                /ERROR -- : the process exited before 2 background/, "last"])
  end

  it "calls on_async_error for each unfinished request when it has passed" do
    endpoint.hold
    output = within(30) do
      output_of(<<~RUBY)
        Pusher.async_exit_timeout = 0.2
        Pusher.on_async_error = ->(error, facts) { puts "\#{error.class} \#{facts}" }
        publish("held")
        Pusher["other"].trigger_async("event", "held")
      RUBY
    end
    expected = %w[channel other].map do |channel|
      facts = { verb: :post, path: "/apps/3/events", channels: [channel], event: "event" }
      "Pusher::Error #{facts}"
    end
    expect(output.lines.map(&:chomp)).to match_array(expected)
  end

  [0, 0.2].each do |timeout|
    it "also applies to requests in the queue: #{timeout} s" do
      endpoint.hold
      output = within(30) do
        output_of(<<~RUBY)
          Pusher.logger = Logger.new(File::NULL)
          Pusher.async_exit_timeout = #{timeout}
          Pusher.async_threads = 1
          5.times { publish("held") }
          wait_until { Thread.list.any? { |thread| thread.name == "pusher-async" } }
        RUBY
      end
      expect(output).to eq("")
    end
  end

  it "switches the wait off if it is 0" do
    endpoint.hold
    output = within(30) do
      output_of("Pusher.async_exit_timeout = 0\n20.times { publish(\"held\") }\nputs \"ends\"")
    end
    expect(output).to eq("ends\n")
    endpoint.release
    expect(endpoint.requests.size).to be <= 10
  end

  it "waits until all requests have finished if it is nil" do
    endpoint.hold
    program = start_program("Pusher.async_exit_timeout = nil\n#{held}")
    expect(program.line).to eq("ends")
    endpoint.wait_until_in_flight(1)
    sleep(0.5)
    expect(program).not_to be_exited
    endpoint.release
    expect(program.finish).to have_attributes(errors: "", status: be_success)
    expect(endpoint.events.map(&:data)).to eq(["held"])
  end

  it "can be longer than Ruby's own waits" do
    endpoint.delay = 0.3
    lines_of("Pusher.async_exit_timeout = 1e12\npublish(\"data\")")
    expect(endpoint.events.map(&:data)).to eq(["data"])
  end

  it "is one deadline for all at_exit handlers that publish" do
    endpoint.hold
    before = Process.clock_gettime(Process::CLOCK_MONOTONIC)
    lines_of(<<~RUBY)
      Pusher.async_exit_timeout = 1
      50.times { |number| at_exit { publish(number) rescue nil } }
      publish("at first")
    RUBY
    expect(Process.clock_gettime(Process::CLOCK_MONOTONIC) - before).to be < 30
  end

  [1, 0.1].each do |limit|
    it "limits the wait while a thread keeps publishing, before the application's handlers run: #{limit} s" do
      endpoint.delay = 0.02
      finished = run_to_exit(<<~RUBY)
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

  it "limits the wait while a thread keeps publishing to a server that does not reply" do
    endpoint.hold
    finished = run_to_exit(<<~RUBY)
      Pusher.async_exit_timeout = 0.3
      Pusher.async_queue_size = 5
      at_exit { puts "the application's" }
      publish("first")
      published = 0
      Thread.new { loop { publish("more") && (published += 1) && sleep(0.001) } }
      wait_until { published > 2 }
    RUBY
    expect(finished.output).to match(/the process exited before \d+ background requests finished/)
    # The request of the thread may end, and be reported, after that.
    expect(finished.output.lines).to include("the application's\n")
  end

  it "limits the wait when on_async_error publishes again" do
    lines = lines_of(<<~RUBY)
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
    expect(lines).to match([/Connection refused/, "the handler was called 1 times"])
  end

  it "limits the wait when on_async_error publishes again after each failure" do
    lines = lines_of(<<~RUBY)
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
    expect(lines.last).to eq("true")
  end

  it "limits the wait for on_async_error" do
    expect(lines_of(<<~RUBY)).to eq(["the application's"])
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

  it "includes the time to finish a call of on_async_error" do
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
    expect(program).not_to be_exited
    program.write_line("go on")
    expect(within { program.finish }).to have_attributes(output: "handled\n", errors: "", status: be_success)
  end

  describe "when a signal interrupts the wait" do
    def interrupt(code)
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

    it "logs the number of unfinished requests" do
      finished = interrupt(publish_some)
      expect(finished.output.lines.map(&:chomp))
        .to match([/ERROR -- : the process exited before 6 background requests finished/, "the application's"])
    end

    it "calls on_async_error for each unfinished request" do
      handler = "Pusher.on_async_error = ->(error, facts) { puts [error.class, facts[:event]].join(\" \") }\n"
      finished = interrupt(handler + publish_some)
      expect(finished.output.lines.map(&:chomp)).to eq([*["Pusher::Error event"] * 6, "the application's"])
    end
  end
end
