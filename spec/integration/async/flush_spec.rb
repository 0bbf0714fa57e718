# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/async/program"
require_relative "../../support/async/requests"

RSpec.describe "Pusher.flush" do
  include AsyncProgram
  include AsyncRequests

  def publish(count = 1)
    Array.new(count) { |number| client.trigger_async("channel", "event", number) }
  end

  it "waits for all requests and returns true" do
    endpoint.delay = 0.005
    requests = publish(50)
    expect(within { Pusher.flush }).to be(true)
    expect(requests.map(&:finished?)).to all(be(true))
    expect(endpoint.events.size).to eq(50)
  end

  it "returns false after its timeout" do
    endpoint.hold
    publish(20)
    expect(within { Pusher.flush(0.05) }).to be(false)
    expect(within { Pusher.flush(0) }).to be(false)
    endpoint.release
    expect(within { Pusher.flush(30) }).to be(true)
    expect(endpoint.events.size).to eq(20)
  end

  it "returns true at once without requests" do
    expect(within { [Pusher.flush, Pusher.flush(0), Pusher.flush(1.5), Pusher.flush(nil)] }).to eq([true] * 4)
  end

  it "starts no thread" do
    expect(output_of("p Pusher.flush, Pusher.flush(0), Thread.list.size")).to eq("true\ntrue\n2\n")
  end

  it "returns true for replies with any status" do
    endpoint.reply_with(status: 500, times: 3)
    publish(3)
    expect(within { Pusher.flush }).to be(true)
  end

  it "returns false after an unreported failure, and reports it" do
    logger = recording_logger
    publish(2)
    Pusher::Client.new(**AsyncRequests::UNREACHABLE).trigger_async("channel", "event", "data")
    expect(within { Pusher.flush }).to be(false)
    expect(logger.rest.size).to eq(1)
    expect(endpoint.events.size).to eq(2)
    publish
    expect(within { Pusher.flush }).to be(true)
  end

  it "returns true after a failure that pop has raised" do
    recording_logger
    request = Pusher::Client.new(**AsyncRequests::UNREACHABLE).trigger_async("channel", "event", "data")
    expect(error_of { within { request.pop } }).to be_a(Errno::ECONNREFUSED)
    expect(within { Pusher.flush }).to be(true)
  end

  it "does not wait for requests that are made after it was called" do
    later = start_endpoint
    [endpoint, later].each(&:hold)
    publish
    flushing = Thread.new { Pusher.flush }
    endpoint.wait_until_in_flight(1)
    sleep(0.001) until flushing.stop?
    request = Pusher::Client.new(timeout: 60, **later.client_options).trigger_async("channel", "event", "later")
    later.wait_until_in_flight(1)
    endpoint.release
    expect(within { flushing.value }).to be(true)
    expect(request.finished?).to be(false)
    later.release
    within { request.pop }
  end

  it "can be called by several threads at once, with different timeouts" do
    endpoint.hold
    publish(5)
    flushing = Array.new(5) { |number| Thread.new { Pusher.flush(number.even? ? nil : 0.05) } }
    expect(within { flushing.values_at(1, 3).map(&:value) }).to eq([false, false])
    endpoint.release
    expect(within { flushing.values_at(0, 2, 4).map(&:value) }).to eq([true] * 3)
  end

  it "can be interrupted, without effect on the requests" do
    endpoint.hold
    publish(3)
    expect { Timeout.timeout(0.05) { Pusher.flush } }.to raise_error(Timeout::Error)
    thread = Thread.new { Pusher.flush }
    sleep(0.001) until thread.stop?
    thread.kill
    expect(within { thread.join }).to be(thread)
    endpoint.release
    expect(within { Pusher.flush }).to be(true)
    expect(endpoint.events.size).to eq(3)
  end

  it "works in a signal trap, before the process exits" do
    endpoint.delay = 0.005
    program = start_program(<<~RUBY)
      trap(:TERM) do
        # Not `puts`: the main thread may hold its lock.
        $stdout.syswrite("\#{Pusher.flush}\\n")
        exit!(0)
      end
      Pusher.async_threads = 2
      20.times { |number| publish(number) }
      puts "ready"
      sleep
    RUBY
    expect(program.line).to eq("ready")
    program.signal(:TERM)
    expect(program.finish).to have_attributes(errors: "", output: "true\n", status: be_success)
    expect(endpoint.events.size).to eq(20)
  end

  it "can be called while another thread pops the requests" do
    endpoint.hold
    requests = publish(5)
    popping = Thread.new { requests.map { |request| request.pop.status } }
    flushing = Thread.new { Pusher.flush }
    endpoint.release
    expect(within { [popping.value, flushing.value] }).to eq([[200] * 5, true])
  end
end
