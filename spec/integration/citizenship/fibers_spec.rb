# frozen_string_literal: true

require "spec_helper"
require "async"

RSpec.describe "Requests and fibers" do
  let(:client) { Pusher::Client.new(timeout: 60, **endpoint.client_options) }

  it "overlap on one thread under a fiber scheduler" do
    endpoint.hold
    releaser = Thread.new do
      endpoint.wait_until_in_flight(20)
      endpoint.release
    end
    threads = []
    Sync do |task|
      20.times.map { |number| task.async { (threads << Thread.current) && client.trigger("channel", "event", number) } }
        .each(&:wait)
    end
    releaser.join
    expect(threads.uniq.size).to eq(1)
    expect(endpoint.most_in_flight).to eq(20)
    expect(endpoint.wait_for(20).map(&:data)).to match_array((0...20).map(&:to_s))
  end

  it "end when their task is stopped" do
    endpoint.hang
    Sync do |task|
      request = task.async { client.trigger("channel", "event", "data") }
      task.async do
        task.sleep(0.01) until endpoint.in_flight == 1
        request.stop
      end.wait
      request.wait
    end
    endpoint.wait_until_closed
    expect(client.trigger("channel", "event", "after")).to eq({})
  end
end
