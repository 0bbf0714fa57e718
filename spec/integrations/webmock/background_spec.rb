# frozen_string_literal: true

require "async"
require "eventmachine"

# The asynchronous methods go through the same middleware, whoever sends for them.
RSpec.describe "Requests in the background under WebMock" do
  include_context "with a client of a far service"

  patience = 30

  def stub_events = stub_request(:post, events_url)

  def publish_async = client.trigger_async("news", "headline", "data")

  describe "by threads" do
    it "are answered by stubs" do
      stub_events.to_return(status: 200, body: '{"a":1}')
      reply = publish_async.pop
      expect([reply.status, reply.body.read]).to eq([200, '{"a":1}'])
      expect(WebMock).to have_requested(:post, events_url).with(body: hash_including("name" => "headline")).once
    end

    it "fail as stubs do, each with the very error" do
      failure = KeyError.new("mine")
      stub_events.to_timeout.then.to_raise(failure)
      expect { publish_async.pop }.to raise_error(Pusher::ReceiveTimeoutError)
      expect { publish_async.pop }.to raise_error(equal(failure))
    end

    it "are answered by the stub of the call, though they are signed again when they are sent" do
      caller = Thread.current
      now = Time.now
      allow(Time).to receive(:now) { Thread.current.equal?(caller) ? now - 300 : now }
      gate = Queue.new
      stub_events.to_return { { status: gate.pop } }
      Pusher.async_threads = 1
      requests = Array.new(2) { publish_async }
      WebMock.reset!
      [201, 202].each { |status| gate << status }
      expect(requests.map { |request| request.pop.status }).to eq([201, 202])
    end

    it "are refused at the call where there is no stub" do
      expect { publish_async }.to raise_error(WebMock::NetConnectNotAllowedError)
    end

    it "are still answered where the test that made them is over" do
      gate = Queue.new
      stub_events.to_return { { status: gate.pop } }
      Pusher.async_threads = 1
      requests = Array.new(2) { publish_async }
      WebMock.reset!
      2.times { gate << 202 }
      expect(requests.map { |request| request.pop.status }).to eq([202, 202])
    ensure
      Pusher.async_threads = 10
    end
  end

  describe "by fibers of a scheduler" do
    it "are answered by stubs" do
      stub_events.to_return(status: 202)
      statuses = Async { Array.new(5) { publish_async }.map { |request| request.pop.status } }.wait
      expect(statuses).to eq([202] * 5)
    end

    it "are refused at the call where there is no stub" do
      Async { expect { publish_async }.to raise_error(WebMock::NetConnectNotAllowedError) }.wait
    end
  end

  describe "by EventMachine's reactor" do
    # What the deferrable ends with that the block makes.
    define_method(:in_reactor) do |&block|
      ended = nil
      EventMachine.run do
        EventMachine.add_timer(patience) { EventMachine.stop }
        deferrable = block.call or next EventMachine.stop
        deferrable.callback { |reply| ended = [:callback, reply] }
        deferrable.errback { |error| ended = [:errback, error.class, error.message] }
        [deferrable.callback { EventMachine.stop }, deferrable.errback { EventMachine.stop }]
      end
      ended
    end

    it "are answered by stubs" do
      stub_events.to_return(body: '{"a":1}')
      expect(in_reactor { publish_async }).to eq([:callback, { a: 1 }])
    end

    it "fail as stubs do" do
      stub_events.to_raise(KeyError)
      expect(in_reactor { publish_async })
        .to eq([:errback, Pusher::Error, "Network error connecting to pusher (Exception from WebMock (KeyError))"])
    end

    it "are refused at the call where there is no stub" do
      in_reactor do
        expect { publish_async }.to raise_error(WebMock::NetConnectNotAllowedError)
        nil
      end
    end
  end
end
