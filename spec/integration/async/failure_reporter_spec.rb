# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/async/program"
require_relative "../../support/async/requests"

RSpec.describe "Failure reports of background requests" do
  include AsyncProgram
  include AsyncRequests

  let!(:logger) { recording_logger }
  let(:refused) { Pusher::Client.new(**AsyncRequests::UNREACHABLE) }
  let(:failures) { Queue.new }

  def fail_once(event = "event")
    refused.trigger_async("channel", event, "confidential")
  end

  def record_failures
    Pusher.on_async_error = ->(error, facts) { failures << [error, facts] }
  end

  def next_failure
    within { failures.pop }
  end

  # The result of pop is not checked here.
  def flush
    within { Pusher.flush }
  end

  describe "call Pusher.on_async_error instead of the logger" do
    it "with the transport error and the facts of the request" do
      record_failures
      fail_once
      error, facts = next_failure
      expect(error).to be_an_instance_of(Errno::ECONNREFUSED)
      expect(facts).to eq(verb: :post, path: "/apps/3/events", channels: ["channel"], event: "event")
      flush
      expect(logger.rest).to be_empty
      expect(failures).to be_empty
    end

    it "with the facts of a batch" do
      record_failures
      refused.trigger_batch_async(%w[a b].map { |channel| { channel:, name: "on-#{channel}", data: "d" } })
      expect(next_failure.last)
        .to eq(verb: :post, path: "/apps/3/batch_events", channels: %w[a b], event: %w[on-a on-b])
    end

    it "with the facts of a query" do
      record_failures
      refused.get_async("/channels", { filter_by_prefix: "a" })
      expect(next_failure.last).to eq(verb: :get, path: "/apps/3/channels", channels: [], event: nil)
    end

    it "as any object with a call method" do
      queue = failures
      handler = Object.new
      handler.define_singleton_method(:call) { |error, facts| queue << [error, facts] }
      Pusher.on_async_error = handler
      fail_once
      expect(next_failure.first).to be_a(Errno::ECONNREFUSED)
      Pusher.on_async_error = handler.method(:call)
      fail_once
      expect(next_failure.first).to be_a(Errno::ECONNREFUSED)
    end

    it "once for each failure, by flush" do
      record_failures
      names = Array.new(30) { |number| "event#{number}" }
      names.each { |name| fail_once(name) }
      flush
      expect(Array.new(failures.size) { failures.pop.last[:event] }).to match_array(names)
    end

    it "not for failures that pop has raised" do
      record_failures
      expect { within { fail_once.pop } }.to raise_error(Errno::ECONNREFUSED)
      flush
      sleep(1.5)
      expect(failures).to be_empty
    end

    it "not for replies with any status" do
      record_failures
      endpoint.reply_with(status: 500)
      client.trigger_async("channel", "event", "data")
      flush
      expect(failures).to be_empty
    end

    it "and can publish" do
      answering = client
      Pusher.on_async_error = ->(*) { failures << answering.trigger_async("failures", "event", "one more") }
      fail_once
      expect(within { next_failure.pop }.status).to eq(200)
      expect(endpoint.events.map(&:channel)).to eq(["failures"])
    end

    it "and can pop and flush" do
      answering = client
      Pusher.on_async_error = lambda do |*|
        failures << [answering.trigger_async("failures", "event", "popped").pop.status, Pusher.flush(0.1)]
      end
      fail_once
      expect(next_failure.first).to eq(200)
      flush
    end

    it "at exit" do
      output = output_of(<<~RUBY)
        Pusher.on_async_error = ->(error, facts) { puts "\#{error.class} \#{facts[:event]}" }
        Pusher.port = 1
        publish("data")
      RUBY
      expect(output).to eq("Errno::ECONNREFUSED event\n")
    end

    it "until it is set to nil" do
      record_failures
      Pusher.on_async_error = nil
      fail_once
      expect(logger.take(1).flatten.first).to eq(:error)
      expect(failures).to be_empty
    end
  end

  describe "do not affect later requests" do
    { "a StandardError" => "raise KeyError, \"a fault\"",
      "another exception" => "raise NotImplementedError, \"a fault\"",
      "a throw" => "throw :nowhere" }.each do |what, fault|
      it "if the handler ends with #{what}: later failures are reported, and requests sent" do
        output = output_of(<<~RUBY)
          Pusher.logger = Logger.new(File::NULL)
          names = Queue.new
          Pusher.on_async_error = lambda do |_, facts|
            names << facts[:event]
            #{fault}
          end
          refused = Pusher::Client.new(app_id: "3", key: "k", secret: "s", host: "127.0.0.1", port: 1, use_tls: false)
          3.times { |number| refused.trigger_async("channel", "event\#{number}", "data") }
          p Array.new(3) { names.pop }.sort
          p publish("data").pop.status
          refused.trigger_async("channel", "at flush", "data")
          Pusher.flush
          p names.pop
        RUBY
        expect(output.lines.map(&:chomp)).to eq(["[\"event0\", \"event1\", \"event2\"]", "200", "\"at flush\""])
      end
    end

    it "if the handler raises, which is logged" do
      Pusher.on_async_error = ->(*) { raise KeyError, "a fault" }
      fail_once
      expect(logger.take(1)).to eq([[:error, "on_async_error failed: a fault (KeyError)"]])
    end

    it "if the logger raises" do
      finished = run_program(<<~RUBY)
        failing = Object.new
        lines = Queue.new
        failing.define_singleton_method(:error) { |line| (lines << line) && raise("no space left") }
        Pusher.logger = failing
        refused = Pusher::Client.new(app_id: "3", key: "k", secret: "s", host: "127.0.0.1", port: 1, use_tls: false)
        refused.trigger_async("channel", "event", "data")
        lines.pop
        p publish("data").pop.status
        refused.trigger_async("channel", "event", "data")
        Pusher.flush
        p lines.size
      RUBY
      expect(finished.output).to eq("200\n1\n")
      expect(finished.errors.lines).to match([/logging this failed: no space left \(RuntimeError\)/] * 2)
    end

    it "with Thread.abort_on_exception and report_on_exception" do
      output = output_of(<<~RUBY)
        Thread.abort_on_exception = true
        Thread.report_on_exception = true
        Pusher.logger = Logger.new(File::NULL)
        refused = Pusher::Client.new(app_id: "3", key: "k", secret: "s", host: "127.0.0.1", port: 1, use_tls: false)
        requests = Array.new(5) { refused.trigger_async("channel", "event", "data") }
        requests.each { |request| request.async_thread.join }
        requests.first(2).each { |request| request.pop rescue puts($!.class) }
        Pusher.flush
        p publish("data").pop.status
      RUBY
      expect(output).to eq("Errno::ECONNREFUSED\nErrno::ECONNREFUSED\n200\n")
    end

    it "with $VERBOSE, without a warning" do
      output = output_of(<<~RUBY)
        $VERBOSE = true
        Pusher.logger = Logger.new(File::NULL)
        Pusher::Client.new(app_id: "3", key: "k", secret: "s", host: "127.0.0.1", port: 1, use_tls: false)
                      .trigger_async("channel", "event", "data")
        Pusher.flush
        p publish("data").pop.status
      RUBY
      expect(output).to eq("200\n")
    end
  end

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

    it "go to standard error, by flush" do
      finished = run_program("#{broken}3.times { publish(\"data\") }\np Pusher.flush\nputs \"goes on\"")
      expect(finished.output).to eq("false\ngoes on\n")
      expect_reports(3, finished)
    end

    it "go to standard error, at exit" do
      finished = run_program("at_exit { puts \"the application's\" }\n#{broken}3.times { publish(\"data\") }")
      expect(finished.output).to eq("the application's\n")
      expect_reports(3, finished)
    end

    it "go to standard error, without flush" do
      program = start_program("#{broken}3.times { publish(\"data\").join }\nputs \"joined\"\nsleep(3)\nexit!(0)")
      expect(program.line).to eq("joined")
      expect_reports(3, within { program.finish })
    end

    it "go to standard error, for abandoned requests" do
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

  describe "of a flush in a signal trap, where a logger cannot write" do
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

    it "are made soon after the trap" do
      output = output_of(flush_in_trap)
      expect(output.lines.map(&:chomp)).to match(["false", /ERROR -- : .*Connection refused/])
    end

    it "call the handler after the trap, where it can lock a Mutex" do
      expect(output_of(<<~RUBY)).to eq("false\nreported once, where locks work\n")
        reported = Queue.new
        Pusher.on_async_error = ->(*) { reported << (Mutex.new.synchronize { true } rescue false) }
        #{flush_in_trap}
        is_lockable = reported.pop
        Pusher.flush
        puts "reported once\#{", where locks work" if is_lockable}" if reported.empty?
      RUBY
    end
  end

  it "are all made if the handler raises for the first" do
    expect(output_of(<<~RUBY)).to eq("[0, 1, 2]\n")
      Pusher.port = 1
      reported = []
      Pusher.on_async_error = ->(_, facts) { reported << facts[:event] && reported.size == 1 && raise("a fault") }
      Pusher.logger = Logger.new(IO::NULL)
      3.times { |number| Pusher.trigger_async("channel", number.to_s, "data") }
      Pusher.flush
      p reported.map(&:to_i).sort
    RUBY
  end
end
