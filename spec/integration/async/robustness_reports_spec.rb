# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/async/program"
require_relative "../../support/async/requests"

# A failure is told of once, whatever stands in the way.
RSpec.describe "Reports of asynchronous requests that failed" do
  include AsyncProgram
  include AsyncRequests

  describe "to a logger that raises" do
    broken = <<~RUBY
      Thread.abort_on_exception = true
      Pusher.port = 1
      Pusher.logger = Class.new { def error(*) = raise("the logger is broken") }.new
    RUBY

    def expect_reports(count, finished)
      expect(finished.status).to be_success
      reports = finished.errors.lines
      expect(reports.size).to eq(count)
      expect(reports).to all(match(/Connection refused.*the logger is broken \(RuntimeError\)/))
      expect(finished.errors).not_to include("on_async_error")
    end

    it "go to the process's errors, all of them, by flush" do
      finished = run_program("#{broken}3.times { publish(\"data\") }\np Pusher.flush\nputs \"goes on\"")
      expect(finished.output).to eq("false\ngoes on\n")
      expect_reports(3, finished)
    end

    it "go to the process's errors, all of them, at its end" do
      finished = run_program("at_exit { puts \"the application's\" }\n#{broken}3.times { publish(\"data\") }")
      expect(finished.output).to eq("the application's\n")
      expect_reports(3, finished)
    end

    it "go to the process's errors, all of them, when their time has come" do
      program = start_program("#{broken}3.times { publish(\"data\").join }\nputs \"joined\"\nsleep(3)\nexit!(0)")
      expect(program.line).to eq("joined")
      expect_reports(3, within { program.finish })
    end

    it "say what was given up, too" do
      endpoint.hold
      finished = within(45) do
        run_program(<<~RUBY)
          #{broken}
          Pusher.port = #{endpoint.port}
          Pusher.async_exit_timeout = 0.2
          at_exit { puts "the application's" }
          3.times { publish("data") }
        RUBY
      end
      expect(finished).to have_attributes(output: "the application's\n", status: be_success)
      expect(finished.errors).to match(/\Athe process exited before 3 background.*the logger is broken/)
    end
  end

  describe "by flush in a signal's handler, where a logger may not write" do
    flush_in_trap = <<~RUBY
      Pusher.port = 1
      flushed = nil
      trap(:USR1) do
        publish("data").join
        flushed = Pusher.flush
      end
      Process.kill(:USR1, Process.pid)
      wait_until { !flushed.nil? }
      p flushed
    RUBY

    it "are made soon after it" do
      told = output_of(flush_in_trap)
      expect(told.lines.map(&:chomp)).to match(["false", /ERROR -- : .*Connection refused/])
    end

    it "are made soon after it to the handler, and not within" do
      expect(output_of(<<~RUBY)).to eq("false\ntold once, where locks can be taken\n")
        told = Queue.new
        Pusher.on_async_error = ->(*) { told << (Mutex.new.synchronize { true } rescue false) }
        #{flush_in_trap}
        is_lockable = told.pop
        Pusher.flush
        puts "told once\#{", where locks can be taken" if is_lockable}" if told.empty?
      RUBY
    end
  end

  it "that a handler is still making hold nothing up that is told in its turn" do
    expect(output_of(<<~RUBY)).to eq("[0, 1, 2]\n")
      Pusher.port = 1
      told = []
      Pusher.on_async_error = ->(_, facts) { told << facts[:event] && told.size == 1 && raise("a fault") }
      Pusher.logger = Logger.new(IO::NULL)
      3.times { |number| Pusher.trigger_async("channel", number.to_s, "data") }
      Pusher.flush
      p told.map(&:to_i).sort
    RUBY
  end
end
