# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/async/program"
require_relative "../../support/async/requests"

# What was accepted is not lost at a normal exit.
RSpec.describe "Asynchronous requests of a process that ends" do
  include AsyncProgram
  include AsyncRequests

  def expect_events(*data)
    expect(endpoint.events.map(&:data)).to match_array(data.flatten)
    expect(endpoint.requests.size).to eq(data.flatten.size)
  end

  some = Array.new(30, &:to_s)
  publish_some = "Pusher.async_threads = 2; 30.times { |number| publish(number) }\n"

  {
    "at its end" => ["", 0, nil],
    "by exit" => ["exit(3)", 3, nil],
    "by exit in another thread" => ["Thread.new { exit(3) }.join", 3, nil],
    "by an error" => ["raise \"the reason\"", 1, /the reason/],
    "by abort" => ["abort \"the reason\"", 1, /the reason/]
  }.each do |how, (code, status, errors)|
    it "arrive where it ends #{how}" do
      endpoint.delay = 0.005
      finished = run_program(publish_some + code)
      expect(finished.status.exitstatus).to eq(status)
      expect(finished.errors).to errors ? match(errors) : eq("")
      expect_events(some)
    end
  end

  { TERM: "by SIGTERM", INT: "by SIGINT" }.each do |signal, how|
    it "arrive where it ends #{how}" do
      endpoint.hold
      program = start_program("#{publish_some}puts \"ready\"\nsleep")
      expect(program.line).to eq("ready")
      endpoint.wait_until_in_flight(2)
      program.signal(signal)
      sleep(0.1)
      endpoint.release
      expect(program.finish.status.termsig).to eq(Signal.list[signal.to_s])
      expect_events(some)
    end
  end

  it "arrive from a signal's handler that exits" do
    program = start_program(<<~RUBY)
      trap(:TERM) do
        publish("from the handler")
        exit(3)
      end
      puts "ready"
      sleep
    RUBY
    expect(program.line).to eq("ready")
    program.signal(:TERM)
    expect(program.finish).to have_attributes(errors: "", status: have_attributes(exitstatus: 3))
    expect_events("from the handler")
  end

  describe "from at_exit" do
    it "arrive, be the handler registered before or after the first one" do
      output_of(<<~RUBY)
        at_exit { publish("registered before") }
        publish("at first")
        at_exit { publish("registered after") }
      RUBY
      expect_events("registered before", "at first", "registered after")
    end

    it "arrive, be the handler registered before the gem was loaded" do
      output_of("publish(\"at first\")\n", first: "at_exit { publish(\"registered early\") }")
      expect_events("registered early", "at first")
    end

    it "arrive where they are the first ones of the process" do
      output_of("at_exit { publish(\"1\") }; at_exit { publish(\"2\") }", first: "at_exit { publish(\"0\") }")
      expect_events("0", "1", "2")
    end

    it "arrive from a handler that a handler has registered" do
      output_of("at_exit { at_exit { publish(\"nested\") } }\npublish(\"at first\")")
      expect_events("nested", "at first")
    end

    it "can be popped there" do
      expect(output_of("at_exit { p publish(\"popped\").pop.status }\npublish(\"at first\")")).to eq("200\n")
      expect_events("popped", "at first")
    end

    it "arrive after an error, which is still the end of it" do
      finished = run_program("at_exit { publish($!.message) }\npublish(\"at first\")\nraise \"the reason\"")
      expect(finished).to have_attributes(errors: /the reason \(RuntimeError\)/, status: have_attributes(exitstatus: 1))
      expect_events("the reason", "at first")
    end

    it "arrive from a handler that raises afterwards" do
      finished = run_program("at_exit { publish(\"last\"); raise \"the reason\" }\npublish(\"at first\")")
      expect(finished.errors).to include("the reason")
      expect_events("last", "at first")
    end
  end

  describe "are waited for" do
    # Ends before its requests are answered, should it not wait.
    held = "publish(\"held\")\nputs \"ends\"\n"

    it "no longer than it was told to: then it says how many were not sent" do
      endpoint.hold
      output = within(30) do
        output_of("Pusher.async_exit_timeout = 0.2\nat_exit { puts \"last\" }\npublish(\"held\")\n#{held}")
      end
      expect(output.lines.map(&:chomp)).to match(["ends",
                                                  /ERROR -- : the process exited before 2 background/, "last"])
    end

    it "no longer than it was told to: then the handler is told of each that was not sent" do
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
      it "no longer than it was told to where some of them still wait for a thread: #{timeout} s" do
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

    it "not at all with a timeout of 0" do
      endpoint.hold
      output = within(30) do
        output_of("Pusher.async_exit_timeout = 0\n20.times { publish(\"held\") }\nputs \"ends\"")
      end
      expect(output).to eq("ends\n")
      endpoint.release
      expect(endpoint.requests.size).to be <= 10
    end

    it "as long as it takes without a timeout" do
      endpoint.hold
      program = start_program("Pusher.async_exit_timeout = nil\n#{held}")
      expect(program.line).to eq("ends")
      endpoint.wait_until_in_flight(1)
      sleep(0.5)
      expect(program).not_to be_ended
      endpoint.release
      expect(program.finish).to have_attributes(errors: "", status: be_success)
      expect_events("held")
    end

    it "until somebody loses patience and sends SIGINT" do
      endpoint.hold
      program = start_program("Pusher.async_exit_timeout = nil\npublish(\"held\")\n#{AsyncProgram::SAY_WHEN_WAITING}")
      expect(program.line).to eq("waits")
      endpoint.wait_until_in_flight(1)
      program.signal(:INT)
      within { sleep(0.01) until program.ended? }
      endpoint.release
      program.finish
    end

    it "not after exit!" do
      endpoint.hold
      program = start_program("20.times { publish(\"held\") }\nputs \"ends\"\nexit!(3)")
      within(30) { expect(program.finish).to have_attributes(output: "ends\n", errors: "") }
      endpoint.release
      expect(endpoint.requests.size).to be <= 10
    end

    it "not where there are none: a look costs no time and no thread" do
      expect(output_of("at_exit { p Thread.list.size }\nPusher.async_exit_timeout = nil")).to eq("2\n")
    end

    it "by those who pop them as well, which ends with them" do
      endpoint.hold
      program = start_program(<<~RUBY)
        request = publish("held")
        Thread.new { puts request.pop.status }
        puts "ends"
        at_exit { request.join }
      RUBY
      expect(program.line).to eq("ends")
      endpoint.wait_until_in_flight(1)
      endpoint.release
      expect(program.finish).to have_attributes(errors: "", status: be_success)
      expect_events("held")
    end

    it "that failed: at the latest now somebody is told" do
      output = output_of(<<~RUBY)
        Pusher.on_async_error = ->(error, facts) { puts "\#{error.class} \#{facts[:event]}" }
        Pusher.port = 1
        publish("data")
      RUBY
      expect(output).to eq("Errno::ECONNREFUSED event\n")
    end
  end
end
