# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/async/requests"

# The service accepts a signature for ten minutes. A request may wait in the queue for longer.
RSpec.describe "Signing of background requests" do
  include AsyncRequests

  let(:client) do
    Pusher::Client.new(**endpoint.client_options.merge(secret: endpoint.client_options.fetch(:secret).dup))
  end

  it "happens when the request is sent, not when it is queued" do
    now = Time.now
    caller = Thread.current
    allow(Time).to receive(:now) { Thread.current.equal?(caller) ? now - 300 : now }
    client.trigger_async("channel", "event", "data").pop

    expect(endpoint.events.map(&:data)).to eq(["data"])
    expect(endpoint.requests.last.target[/auth_timestamp=(\d+)/, 1].to_i).to eq(now.to_i)
  end

  it "happens once" do
    native = Pusher.const_get(:Internal)::Native
    allow(native).to receive(:signed_query).and_call_original
    client.trigger_async("channel", "event", "data").pop
    expect(native).to have_received(:signed_query).once
  end

  it "fails at the call if it cannot succeed" do
    client.secret = :secret
    expect { client.trigger_async("channel", "event", "data") }.to raise_error(TypeError)
    client.secret = endpoint.client_options.fetch(:secret)
    nameless = Class.new { def to_s = raise("no text") }.new
    expect { client.get_async("/channels", { info: nameless }) }.to raise_error("no text")
    expect(endpoint.requests).to be_empty
  end

  it "uses the credentials from the time of the call" do
    endpoint.hold
    Pusher.async_threads.times { |number| client.trigger_async("held", "event", number) }
    endpoint.wait_until_in_flight(Pusher.async_threads)
    request = client.trigger_async("channel", "event", "data")
    client.key = "another"
    client.secret.replace("another")
    endpoint.release

    expect(within { request.pop.status }).to eq(200)
    expect(endpoint.events.map(&:channel)).to include("channel")
  end
end
