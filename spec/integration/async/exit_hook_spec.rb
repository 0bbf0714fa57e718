# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/async/program"
require_relative "../../support/async/requests"

# Accepted requests are not lost when the process exits normally.
RSpec.describe "Background requests when the process exits" do
  include AsyncProgram
  include AsyncRequests

  # The output of a program that must exit by itself, with success and without messages.
  def lines_of(code)
    finished = within(45) { run_program(code) }
    expect(finished).to have_attributes(errors: "", status: be_success)
    finished.output.lines.map(&:chomp)
  end

  def expect_events(*data)
    expect(endpoint.events.map(&:data)).to match_array(data.flatten)
    expect(endpoint.requests.size).to eq(data.flatten.size)
  end

  some = Array.new(30, &:to_s)
  publish_some = "Pusher.async_threads = 2; 30.times { |number| publish(number) }\n"

  {
    "at the end of the program" => ["", 0, nil],
    "by exit" => ["exit(3)", 3, nil],
    "by exit in another thread" => ["Thread.new { exit(3) }.join", 3, nil],
    "by an uncaught error" => ["raise \"the reason\"", 1, /the reason/],
    "by abort" => ["abort \"the reason\"", 1, /the reason/]
  }.each do |how, (code, status, errors)|
    it "are sent when the process exits #{how}" do
      endpoint.delay = 0.005
      finished = run_program(publish_some + code)
      expect(finished.status.exitstatus).to eq(status)
      expect(finished.errors).to errors ? match(errors) : eq("")
      expect_events(some)
    end
  end

  { TERM: "by SIGTERM", INT: "by SIGINT" }.each do |signal, how|
    it "are sent when the process exits #{how}" do
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

  it "are sent from a signal trap that exits" do
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

  describe "made in at_exit handlers" do
    it "are sent, from handlers registered before and after the first request" do
      output_of(<<~RUBY)
        at_exit { publish("registered before") }
        publish("at first")
        at_exit { publish("registered after") }
      RUBY
      expect_events("registered before", "at first", "registered after")
    end

    it "are sent, from handlers registered before the gem was loaded" do
      output_of("publish(\"at first\")\n", first: "at_exit { publish(\"registered early\") }")
      expect_events("registered early", "at first")
    end

    it "are sent, as the first requests of the process" do
      output_of("at_exit { publish(\"1\") }; at_exit { publish(\"2\") }", first: "at_exit { publish(\"0\") }")
      expect_events("0", "1", "2")
    end

    it "are sent, from nested handlers" do
      output_of("at_exit { at_exit { publish(\"nested\") } }\npublish(\"at first\")")
      expect_events("nested", "at first")
    end

    it "can be popped in the handler" do
      expect(output_of("at_exit { p publish(\"popped\").pop.status }\npublish(\"at first\")")).to eq("200\n")
      expect_events("popped", "at first")
    end

    it "are sent after an uncaught error, which still decides the exit status" do
      finished = run_program("at_exit { publish($!.message) }\npublish(\"at first\")\nraise \"the reason\"")
      expect(finished).to have_attributes(errors: /the reason \(RuntimeError\)/, status: have_attributes(exitstatus: 1))
      expect_events("the reason", "at first")
    end

    it "are sent, from a handler that raises afterwards" do
      finished = run_program("at_exit { publish(\"last\"); raise \"the reason\" }\npublish(\"at first\")")
      expect(finished.errors).to include("the reason")
      expect_events("last", "at first")
    end
  end

  describe "made in at_exit handlers that run after the exit hook" do
    def late_lines(preparation, code)
      lines_of("at_exit do\n#{code}\nend\n#{preparation}\npublish(\"at first\")")
    end

    it "are sent before the call returns" do
      expect(late_lines("", <<~RUBY)).to eq(["true", "200", "Pusher::Internal::Async::AsyncRequest", "true"])
        request = publish("late")
        p request.finished?, request.pop.status, request.join(1).class, Pusher.flush
      RUBY
      expect(endpoint.events.map(&:data)).to eq(["at first", "late"])
    end

    it "are sent before the call returns, without async_exit_timeout" do
      expect(late_lines("Pusher.async_exit_timeout = nil", "p publish(\"late\").finished?")).to eq(["true"])
      expect(endpoint.events.map(&:data)).to eq(["at first", "late"])
    end

    it "are reported before the call returns, if they fail" do
      lines = late_lines("Pusher.on_async_error = ->(error, facts) { puts [error.class, facts[:event]].join(\" \") }",
                         <<~RUBY)
                           Pusher.port = 1
                           publish("late")
                           puts "after the call"
                         RUBY
      expect(lines).to eq(["Errno::ECONNREFUSED event", "after the call"])
    end

    it "are refused after async_exit_timeout" do
      endpoint.hold
      lines = late_lines("Pusher.async_exit_timeout = 0.2\nPusher.on_async_error = ->(*) {}", <<~RUBY)
        begin
          publish("late")
        rescue Pusher::Error => e
          puts e.message
        end
        p Pusher.flush(0)
      RUBY
      expect(lines).to eq(["the process is exiting and async_exit_timeout has passed", "false"])
      expect(endpoint.requests.map { |request| request.json["data"] }).to eq(["at first"])
    end
  end

  it "are not abandoned if they were made during the wait" do
    endpoint.delay = 0.05
    lines = lines_of(<<~RUBY)
      at_exit { 3.times { publish("late") } }
      publish("at first")
      Thread.new { 3.times { |number| publish(number) } }.join
    RUBY
    expect(lines).to be_empty
    expect(endpoint.events.size).to eq(7)
  end

  it "cost no wait and no thread if there are none" do
    expect(output_of("at_exit { p Thread.list.size }\nPusher.async_exit_timeout = nil")).to eq("2\n")
  end

  it "can also be joined by at_exit handlers" do
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

  it "are not waited for after exit!" do
    endpoint.hold
    program = start_program("20.times { publish(\"held\") }\nputs \"ends\"\nexit!(3)")
    within(30) { expect(program.finish).to have_attributes(output: "ends\n", errors: "") }
    endpoint.release
    expect(endpoint.requests.size).to be <= 10
  end
end
