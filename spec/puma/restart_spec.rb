# frozen_string_literal: true

require "spec_helper"
require "timeout"
require_relative "support/cluster"

# A deployment in the midst of everything: what a worker has accepted is sent, once.
RSpec.describe "Events of a Puma cluster" do
  around { |example| Cluster.run(endpoint.url) { |cluster| (@cluster = cluster) && example.run } }

  before { cluster.wait_until_booted(2, phase: 0) }

  attr_reader :cluster

  # Each that was accepted, once.
  def expect_events(accepted)
    expect(endpoint.events.map(&:data).tally).to eq(accepted.to_h { |data| [data, 1] })
    expect(endpoint.refusals).to be_empty
  end

  def publish(name, count)
    Array.new(count) { |number| "#{name}.#{number}".tap { |data| cluster.publish(data) } }
  end

  def stop_cluster
    cluster.signal(:TERM)
    expect(cluster.finish).to be_success.or have_attributes(termsig: Signal.list["TERM"])
  end

  it "arrive, once each, where it is restarted worker by worker while they are queued" do
    endpoint.hold
    accepted = publish("before", 60)
    endpoint.wait_until_in_flight(2)
    cluster.signal(:USR1)
    cluster.wait_for(/Stopping \d+ for phased upgrade/)
    accepted.concat(publish("midst", 20))
    endpoint.release
    booted = false
    publishing = Thread.new do
      (0..).each do |number|
        accepted << "stream.#{number}".tap { |data| cluster.publish(data) }
        break if booted

        sleep(0.005)
      end
    end
    cluster.wait_until_booted(2, phase: 1)
    booted = true
    expect(publishing.join(Cluster::PATIENCE)).to be(publishing)
    accepted.concat(publish("after", 20))
    stop_cluster
    expect_events(accepted)
    expect(accepted.size).to be > 100
  end

  it "arrive, once each, where it is restarted twice while the server is slow" do
    endpoint.delay = 0.005
    accepted = []
    [1, 2].each do |phase|
      accepted.concat(publish("phase#{phase}", 100))
      cluster.signal(:USR1)
      cluster.wait_until_booted(2, phase:)
    end
    accepted.concat(publish("after", 20))
    stop_cluster
    expect_events(accepted)
  end

  it "arrive, once each, where it is stopped while they are queued" do
    endpoint.hold
    accepted = publish("before", 60)
    endpoint.wait_until_in_flight(2)
    cluster.signal(:TERM)
    cluster.wait_for(/Gracefully shutting down workers/)
    endpoint.release
    expect(cluster.finish).to be_success.or have_attributes(termsig: Signal.list["TERM"])
    expect_events(accepted)
  end
end
