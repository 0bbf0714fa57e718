# frozen_string_literal: true

require "spec_helper"

# What can be seen in an instant; `rake gc` takes its time.
RSpec.describe "Requests and the garbage collector" do
  def stressed
    GC.stress = true
    yield
  ensure
    GC.stress = false
  end

  def with_client
    EndpointProcess.run do |endpoint|
      yield Pusher::Client.new(encryption_master_key_base64: Base64.strict_encode64("k" * 32), timeout: 60,
                               **endpoint.client_options), endpoint
    end
  end

  it "survive a collection at every allocation", :slow do
    with_client do |client, endpoint|
      channels = %w[channel private-encrypted-channel]
      stressed { 20.times { |number| client.trigger(channels[number % 2], "event", { number: }) } }
      events = endpoint.wait_for(20)
      expect(events.map(&:first)).to all(eq("event"))
      expect(events.filter_map { |_, data| JSON.parse(data)["number"] }).to eq([0, 2, 4, 6, 8, 10, 12, 14, 16, 18])
    end
  end

  it "survive when their http client is let go of and collected while they wait" do
    endpoint.hold
    client = Pusher::Client.new(timeout: 60, **endpoint.client_options)
    request = Thread.new { client.trigger("channel", "event", "data") }
    endpoint.wait_until_in_flight(1)
    client.sync_http_client.reset_all
    client.instance_variable_set(:@sync_http_client, nil)
    3.times { GC.start }
    endpoint.release
    expect(request.value).to eq({})
    endpoint.wait_until_closed
  end

  it "leave no descriptor open of clients that are collected" do
    skip "descriptors are not listed here" unless File.directory?("/proc/self/fd")
    endpoint
    20.times { Pusher::Client.new(timeout: 60, **endpoint.client_options).trigger("channel", "event", "data") }
    5.times { GC.start }
    endpoint.wait_until_closed(3)
    expect(endpoint.connections).to eq(20)
  end
end
