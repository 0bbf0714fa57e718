# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/runtime/hanging_requests"
require_relative "../../support/runtime/processor_time"

# Thread.handle_interrupt defers interrupts, or limits them to blocking calls.
RSpec.describe "A request under Thread.handle_interrupt" do
  include HangingRequests

  let(:client) { client_of(endpoint) }
  let(:stop) { Class.new(StandardError) }

  # A request that waits for its reply until `release`, and the steps that it passes.
  def held_request(timing)
    endpoint.hold
    steps = Queue.new
    thread = Thread.new do
      Thread.handle_interrupt(stop => timing) do
        client.trigger("channel", "event", "data")
        steps << :replied
      end
      steps << :left
    rescue stop
      steps << :stopped
    end
    endpoint.wait_until_in_flight(1)
    [thread, steps]
  end

  def finished(thread, steps)
    thread.join(30) || raise("the request does not end")
    Array.new(steps.size) { steps.pop }
  end

  it "waits for its reply while interrupts are deferred, and is interrupted afterwards" do
    thread, steps = held_request(:never)
    thread.raise(stop)
    endpoint.release
    expect(finished(thread, steps)).to eq(%i[replied stopped])
    client.trigger("channel", "event", "after")
    expect(endpoint.connections).to eq(1)
  end

  it "takes no processor time while an interrupt is deferred" do
    thread, steps = held_request(:never)
    thread.raise(stop)
    Thread.pass until thread.pending_interrupt?
    expect(ProcessorTime.none?(thread)).to be(true)
    endpoint.release
    expect(finished(thread, steps)).to eq(%i[replied stopped])
  end

  %i[on_blocking immediate].each do |timing|
    it "ends at once with :#{timing}" do
      thread, steps = held_request(timing)
      thread.raise(stop)
      expect(finished(thread, steps)).to eq([:stopped])
      endpoint.release
      endpoint.wait_until_closed
      expect_usable(client)
    end
  end

  it "ends at its first wait with :on_blocking if an interrupt is pending" do
    ready = Queue.new
    client
    thread = Thread.new do
      Thread.handle_interrupt(stop => :on_blocking) do
        ready << true
        nil until Thread.pending_interrupt?
        client.trigger("channel", "event", "data")
      end
    rescue stop
      :stopped
    end
    ready.pop
    thread.raise(stop)
    expect(thread.join(30)).to be(thread)
    expect(thread.value).to eq(:stopped)
    expect(endpoint.requests).to be_empty
    expect_usable(client)
  end

  it "ends with Thread#kill while other interrupts are deferred" do
    thread, steps = held_request(:never)
    thread.kill
    expect(thread.join(30)).to be(thread)
    expect(steps).to be_empty
    endpoint.release
    endpoint.wait_until_closed
    expect_usable(client)
  end

  it "ends the thread of a name resolution that timed out, also while all interrupts are deferred" do
    resolver = nil
    allow(Addrinfo).to receive(:getaddrinfo) { (resolver = Thread.current) && sleep }
    client.host = "localhost"
    client.connect_timeout = 0.1
    Thread.handle_interrupt(Object => :never) do
      expect { client.trigger("channel", "event", "data") }.to raise_error(Pusher::HTTPError, /within the connect/)
    end
    expect(resolver.join(30)).to be(resolver)
  ensure
    resolver.wakeup if resolver&.alive?
  end
end
