# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/async/program"
require_relative "../../support/async/requests"

# Who waits can be interrupted; what he waits for goes on.
RSpec.describe "Waiting for asynchronous requests" do
  include AsyncProgram
  include AsyncRequests

  before { endpoint.hold }

  let(:request) { client.trigger_async("channel", "event", "data") }

  def expect_to_go_on
    endpoint.release
    expect(within { request.pop }.status).to eq(200)
    expect(endpoint.events.map(&:data)).to eq(["data"])
  end

  # A thread that waits in the block.
  def waiting(&block)
    Thread.new(&block).tap do |thread|
      thread.report_on_exception = false
      endpoint.wait_until_in_flight(1)
      sleep(0.001) until thread.stop?
    end
  end

  { pop: [], join: [] }.each do |name, arguments|
    it "ends with Timeout.timeout in `#{name}`" do
      error = error_of { Timeout.timeout(0.2) { request.public_send(name, *arguments) } }
      expect(error).to be_an_instance_of(Timeout::Error)
      expect_to_go_on
    end

    it "ends with a kill in `#{name}`" do
      request
      thread = waiting { request.public_send(name, *arguments) }
      thread.kill
      expect(within { thread.join }).to be(thread)
      expect_to_go_on
    end

    it "ends with an error that is raised into `#{name}`" do
      request
      thread = waiting { request.public_send(name, *arguments) }
      thread.raise(KeyError, "from outside")
      expect(error_of { within { thread.join } }).to be_a(KeyError)
      expect_to_go_on
    end
  end

  it "ends with the thread that made the request, which goes on" do
    made = Queue.new
    maker = Thread.new do
      made << client.trigger_async("channel", "event", "data")
      sleep
    end
    request = made.pop
    maker.kill
    within { maker.join }
    endpoint.release
    expect(within { request.pop }.status).to eq(200)
  end

  it "needs no time at all: a call returns though nobody answers" do
    requests = within(30) { Array.new(200) { |number| client.trigger_async("channel", "event", number) } }
    expect(requests.map(&:finished?)).to all(be(false))
    endpoint.release
    expect(requests.map { |each| within { each.pop }.status }.tally).to eq(200 => 200)
  end

  it "is no part of the call's time: Timeout.timeout around the call ends nothing" do
    made = Timeout.timeout(30) { client.trigger_async("channel", "event", "data") }
    endpoint.release
    expect(within { made.pop }.status).to eq(200)
  end

  it "is over for what a caller shuts out as well" do
    made = Thread.new do
      Thread.handle_interrupt(Object => :never) { client.trigger_async("channel", "event", "data") }
    end.value
    endpoint.release
    expect(within { made.pop }.status).to eq(200)
    expect(within { client.trigger_async("channel", "event", "next").pop }.status).to eq(200)
  end

  # A pool's thread that was started inside would never be ended by a process that ends.
  it "does not keep a process that ends, though its first request was made where interrupts are shut out" do
    program = start_program(<<~RUBY)
      Pusher.async_exit_timeout = 0
      Thread.handle_interrupt(Object => :never) { publish("held") }
      puts "made"
      gets
    RUBY
    expect(program.line).to eq("made")
    endpoint.wait_until_in_flight(1)
    program.tell("end")
    expect(within(30) { program.finish }).to have_attributes(errors: "", status: be_success)
  end
end
