# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/runtime/own_process"

RSpec.describe "Requests of a process that ends" do
  include OwnProcess

  it "are sent from at_exit, also the first one of the process" do
    outcome = run_ruby(<<~RUBY, url: endpoint.url)
      at_exit { Pusher.trigger("channel", "event", "the last") }
      at_exit { Pusher.trigger("channel", "event", "the first") }
    RUBY
    expect(outcome).to have_attributes(errors: "", status: be_success)
    expect(endpoint.events.map(&:data)).to eq(["the first", "the last"])
  end

  it "are sent from at_exit after an exception, which still ends the process" do
    outcome = run_ruby(<<~RUBY, url: endpoint.url)
      at_exit { Pusher.trigger("channel", "event", $!.message) }
      Pusher.trigger("channel", "event", "before")
      raise "the reason"
    RUBY
    expect(outcome).to have_attributes(errors: /the reason \(RuntimeError\)/, status: have_attributes(exitstatus: 1))
    expect(endpoint.events.map(&:data)).to eq(["before", "the reason"])
  end

  it "are sent from at_exit after exit in a signal handler" do
    outcome = run_ruby(<<~RUBY, url: endpoint.url)
      at_exit { Pusher.trigger("channel", "event", "stopped") }
      trap(:TERM) { exit(3) }
      Process.kill(:TERM, Process.pid)
      sleep(30)
    RUBY
    expect(outcome).to have_attributes(errors: "", status: have_attributes(exitstatus: 3))
    expect(endpoint.events.map(&:data)).to eq(["stopped"])
  end

  it "do not delay the exit while they wait in other threads" do
    endpoint.hang(times: nil)
    outcome = run_ruby(<<~RUBY, url: endpoint.url)
      Pusher.timeout = nil
      ended = Queue.new
      threads = Array.new(3) do
        Thread.new do
          Pusher.trigger("channel", "event", "data")
        ensure
          ended << true
        end
      end
      sleep(0.001) until threads.all?(&:stop?)
      at_exit { p ended.size }
    RUBY
    expect(outcome).to have_attributes(errors: "", status: be_success)
    endpoint.wait_until_closed
  end

  it "let SIGINT end the process" do
    endpoint.hang
    reader, writer = IO.pipe
    pid = spawn({ "PUSHER_URL" => endpoint.url }, RbConfig.ruby, "-I", OwnProcess::LIB, "-r", "pusher", "-e",
                "Pusher.timeout = nil\nPusher.trigger('channel', 'event', 'data')", err: writer)
    writer.close
    endpoint.wait_until_in_flight(1)
    Process.kill(:INT, pid)
    _, status = Process.wait2(pid)
    expect(status.termsig).to eq(Signal.list["INT"])
    expect(reader.read).to include("Interrupt")
    endpoint.wait_until_closed
  ensure
    reader.close
  end
end
