# frozen_string_literal: true

require "async"
require "eventmachine"

RSpec.describe "Background requests under WebMock" do
  include_context "with a client of an unreachable service"

  patience = 30

  def stub_events = stub_request(:post, events_url)

  def publish_async = client.trigger_async("news", "headline", "data")

  describe "on the thread pool" do
    it "get the reply of their stub" do
      stub_events.to_return(status: 200, body: '{"a":1}')
      reply = publish_async.pop
      expect([reply.status, reply.body.read]).to eq([200, '{"a":1}'])
      expect(WebMock).to have_requested(:post, events_url).with(body: hash_including("name" => "headline")).once
    end

    it "get the replies of their own stubs if events are sent together" do
      Pusher.async_batch_size = 10
      %w[one two].each do |name|
        stub_events.with(body: hash_including("name" => name)).to_return(status: 200, body: %({"is":"#{name}"}))
      end
      requests = %w[one two].map { |name| client.trigger_async("news", name, "data") }
      expect(requests.map { |request| request.pop.content }).to eq(['{"is":"one"}', '{"is":"two"}'])
      expect { client.trigger_async("news", "three", "data") }.to raise_error(WebMock::NetConnectNotAllowedError)
    ensure
      Pusher.async_batch_size = 1
    end

    it "raise the error of their stub" do
      failure = KeyError.new("mine")
      stub_events.to_timeout.then.to_raise(failure)
      expect { publish_async.pop }.to raise_error(Pusher::ReceiveTimeoutError)
      expect { publish_async.pop }.to raise_error(equal(failure))
    end

    it "keep the stub that matched at the call, although they are signed later and WebMock is reset" do
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

    it "raise NetConnectNotAllowedError at the call without a stub" do
      expect { publish_async }.to raise_error(WebMock::NetConnectNotAllowedError)
    end
  end

  describe "on fibers of a scheduler" do
    it "get the reply of their stub" do
      stub_events.to_return(status: 202)
      statuses = Async { Array.new(5) { publish_async }.map { |request| request.pop.status } }.wait
      expect(statuses).to eq([202] * 5)
    end

    it "raise NetConnectNotAllowedError at the call without a stub" do
      Async { expect { publish_async }.to raise_error(WebMock::NetConnectNotAllowedError) }.wait
    end
  end

  describe "on EventMachine's reactor" do
    # How the deferrable that the block returns succeeds or fails.
    define_method(:in_reactor) do |&block|
      outcome = nil
      EventMachine.run do
        EventMachine.add_timer(patience) { EventMachine.stop }
        deferrable = block.call or next EventMachine.stop
        deferrable.callback { |reply| outcome = [:callback, reply] }
        deferrable.errback { |error| outcome = [:errback, error.class, error.message] }
        [deferrable.callback { EventMachine.stop }, deferrable.errback { EventMachine.stop }]
      end
      outcome
    end

    it "get the reply of their stub" do
      stub_events.to_return(body: '{"a":1}')
      expect(in_reactor { publish_async }).to eq([:callback, { a: 1 }])
    end

    it "fail with the error of their stub" do
      stub_events.to_raise(KeyError)
      expect(in_reactor { publish_async })
        .to eq([:errback, Pusher::Error, "Network error connecting to pusher (Exception from WebMock (KeyError))"])
    end

    it "raise NetConnectNotAllowedError at the call without a stub" do
      in_reactor do
        expect { publish_async }.to raise_error(WebMock::NetConnectNotAllowedError)
        nil
      end
    end
  end
end
