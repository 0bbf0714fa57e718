# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/async/requests"

# A wait for a background request can be interrupted, without effect on the request.
RSpec.describe "Interrupts" do
  include AsyncRequests

  before { endpoint.hold }

  let(:request) { client.trigger_async("channel", "event", "data") }

  def expect_request_to_succeed
    endpoint.release
    expect(within { request.pop }.status).to eq(200)
    expect(endpoint.events.map(&:data)).to eq(["data"])
  end

  { pop: [], join: [] }.each do |name, arguments|
    it "by Timeout.timeout end #{name}, but not the request" do
      error = error_of { Timeout.timeout(0.2) { request.public_send(name, *arguments) } }
      expect(error).to be_an_instance_of(Timeout::Error)
      expect_request_to_succeed
    end

    it "by Thread#kill end #{name}, but not the request" do
      endpoint.wait_until_in_flight(1) if request
      thread = blocked_thread { request.public_send(name, *arguments) }
      thread.kill
      expect(within { thread.join }).to be(thread)
      expect_request_to_succeed
    end

    it "by Thread#raise end #{name}, but not the request" do
      endpoint.wait_until_in_flight(1) if request
      thread = blocked_thread { request.public_send(name, *arguments) }
      thread.raise(KeyError, "from outside")
      expect(error_of { within { thread.join } }).to be_a(KeyError)
      expect_request_to_succeed
    end
  end

  it "of the thread that made a request do not end the request" do
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

  it "by Timeout.timeout around the call do not end the request" do
    made = Timeout.timeout(30) { client.trigger_async("channel", "event", "data") }
    endpoint.release
    expect(within { made.pop }.status).to eq(200)
  end

  it "can be deferred around the call" do
    made = Thread.new do
      Thread.handle_interrupt(Object => :never) { client.trigger_async("channel", "event", "data") }
    end.value
    endpoint.release
    expect(within { made.pop }.status).to eq(200)
    expect(within { client.trigger_async("channel", "event", "next").pop }.status).to eq(200)
  end
end
