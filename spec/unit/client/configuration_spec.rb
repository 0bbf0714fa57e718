# frozen_string_literal: true

require "spec_helper"

# When a request gives up is the last writer's say. The waits that a peer keeps up end by the example's own bound.
RSpec.describe Pusher::Client, "timeouts" do
  let(:client) { described_class.new(endpoint.client_options) }

  def timeouts_of(client)
    %i[@connect_timeout @send_timeout @receive_timeout @keep_alive_timeout]
      .map { |name| client.instance_variable_get(name) }
  end

  def timed_out(client = self.client)
    Timeout.timeout(20) { client.post("/x") }
    raise "it was answered"
  rescue Pusher::HTTPError => e
    expect(e.original_error).to be_a(Timeout::Error)
    expect(e.original_error.class.name).to match(/\APusher::.*receive/i)
    e
  end

  it "are those of the constants unless they are set" do
    expect(timeouts_of(client)).to eq([5, 5, 5, 30])
  end

  it "are set together, but for keep-alive's" do
    [7, 1.5, nil, 0].each do |value|
      client.timeout = value
      expect(timeouts_of(client)).to eq([value, value, value, 30])
    end
  end

  it "Added: may be given as options" do
    client = described_class.new(connect_timeout: 1, send_timeout: 2, receive_timeout: 3, keep_alive_timeout: 4)
    expect(timeouts_of(client)).to eq([1, 2, 3, 4])
  end

  it "Added: may be given as one option, which the others refine" do
    expect(timeouts_of(described_class.new(timeout: 9))).to eq([9, 9, 9, 30])
    expect(timeouts_of(described_class.new(receive_timeout: 2, timeout: 9))).to eq([9, 9, 2, 30])
  end

  it "Added: are in force as options" do
    endpoint.hang
    timed_out(described_class.new(**endpoint.client_options, receive_timeout: 0.1))
  end

  it "may be longer than any clock counts" do
    [1e12, 2**64, 1e300, Float::INFINITY].each do |seconds|
      client.timeout = client.keep_alive_timeout = seconds
      expect(client.trigger("news", "event", "data")).to eq({})
    end
  end

  it "may be neither negative nor no number at all" do
    [-1, Float::NAN, -Float::INFINITY].each do |seconds|
      client.timeout = seconds
      expect { client.trigger("news", "event", "data") }.to raise_error(ArgumentError, /number of seconds/)
    end
  end

  it "end a request that is not answered" do
    endpoint.hang
    client.receive_timeout = 0.1
    error = timed_out
    expect(error.message).to eq("#{error.original_error.message} (#{error.original_error.class})")
  end

  it "Fix: apply from the next request on, also after a first one" do
    client.trigger("news", "event", "data")
    client.receive_timeout = 0.1
    endpoint.hang
    timed_out
  end

  it "Fix: apply when they are set all together, after a first request" do
    client.trigger("news", "event", "data")
    client.timeout = 0.1
    endpoint.hang
    timed_out
  end

  it "are read off the instance variables" do
    client.trigger("news", "event", "data")
    client.instance_variable_set(:@receive_timeout, 0.1)
    endpoint.hang
    timed_out
  end

  it "Fix: set on sync_http_client directly survive" do
    client.receive_timeout = 60
    client.trigger("news", "event", "data")
    client.sync_http_client.receive_timeout = 0.1
    client.trigger("news", "event", "data")
    endpoint.hang
    timed_out
  end

  it "Fix: are the last writer's" do
    client.sync_http_client.receive_timeout = 60
    client.receive_timeout = 0.1
    endpoint.hang
    timed_out
  end

  [nil, 0].each do |none|
    it "are no limit when they are #{none.inspect}" do
      client.timeout = none
      endpoint.delay = 0.2
      client.trigger("news", "event", "data")
      expect(endpoint.events.length).to eq(1)
    end
  end
end
