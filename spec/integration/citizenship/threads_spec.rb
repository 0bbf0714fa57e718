# frozen_string_literal: true

require "spec_helper"

RSpec.describe "Requests and threads" do
  let(:client) { Pusher::Client.new(timeout: 60, **endpoint.client_options) }

  it "lets other threads run while a request waits" do
    endpoint.hold
    request = Thread.new { client.trigger("channel", "event", "data") }
    endpoint.wait_until_in_flight(1)
    counter = Thread.new { 1_000_000.times { |number| Thread.current[:count] = number } }
    expect(counter.join(60)).to be(counter)
    expect(request).to be_alive
    endpoint.release
    expect(request.value).to eq({})
  end

  it "delivers each event of many threads that share a client exactly once" do
    threads = Array.new(8) do |thread|
      Thread.new { 200.times { |number| client.trigger("channel", "event", "#{thread}.#{number}") } }
    end
    threads.each(&:join)
    expected = Array.new(8) { |thread| Array.new(200) { |number| "#{thread}.#{number}" } }
    received = endpoint.wait_for(1600).map(&:data).group_by { |data| data[/\d+/] }.sort.map(&:last)
    expect(received).to eq(expected)
    expect(endpoint.connections).to be <= 8
  end

  it "uses as many connections as requests run at once" do
    endpoint.hold
    threads = Array.new(5) { Thread.new { client.trigger("channel", "event", "data") } }
    endpoint.wait_until_in_flight(5)
    endpoint.release
    threads.each(&:join)
    threads = Array.new(5) { Thread.new { client.trigger("channel", "event", "data") } }
    threads.each(&:join)
    expect(endpoint.connections).to eq(5)
  end
end
