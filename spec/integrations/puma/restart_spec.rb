# frozen_string_literal: true

require "spec_helper"
require "timeout"
require_relative "support/cluster"

# A deployment in the midst of everything: what a worker has accepted is sent, once.
RSpec.describe "Events of a Puma cluster" do
  around do |example|
    endpoint.hold if held
    Cluster.run(endpoint.url, preload:, environment:) { |cluster| (@cluster = cluster) && example.run }
  end

  before { cluster.wait_until_booted(2, phase: 0) }

  let(:environment) { {} }
  # Whether nothing is answered while the cluster starts.
  let(:held) { false }

  attr_reader :cluster

  # Each that was accepted, once.
  def expect_events(accepted)
    expect(endpoint.events.map(&:data).tally).to eq(accepted.to_h { |data| [data, 1] })
    expect(endpoint.refusals).to be_empty
  end

  def publish(name, count)
    Array.new(count) { |number| "#{name}.#{number}".tap { |data| cluster.publish(data) } }
  end

  # Publishes one event after the other until the block, which waits, returns.
  def publish_meanwhile
    accepted = []
    is_over = false
    publishing = Thread.new do
      (0..).each do |number|
        accepted << "stream.#{number}".tap { |data| cluster.publish(data) }
        break if is_over

        sleep(0.005)
      end
    end
    yield
    is_over = true
    expect(publishing.join(Cluster::PATIENCE)).to be(publishing)
    accepted
  end

  def stop_cluster
    cluster.signal(:TERM)
    expect(cluster.finish).to be_success.or have_attributes(termsig: Signal.list["TERM"])
  end

  { "that preloads the application" => true, "whose workers load the application" => false }.each do |which, preload|
    describe which do
      let(:preload) { preload }

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

      it "arrive, once each, where it is restarted as a whole while they are queued" do
        endpoint.hold
        accepted = publish("before", 60)
        endpoint.wait_until_in_flight(2)
        cluster.signal(:USR2)
        cluster.wait_for(/Gracefully shutting down workers/)
        endpoint.release
        # Meanwhile a connection may be accepted by a worker that ends before it has read anything.
        cluster.wait_until_booted(2, phase: 0)
        accepted.concat(publish("after", 20))
        stop_cluster
        expect_events(accepted)
      end
    end
  end

  # A cluster that preloads the application cannot be restarted in this way.
  describe "whose workers are restarted one by one" do
    let(:preload) { false }

    it "arrive, once each, where they are queued" do
      endpoint.hold
      accepted = publish("before", 60)
      endpoint.wait_until_in_flight(2)
      cluster.signal(:USR1)
      cluster.wait_for(/Stopping \d+ for phased upgrade/)
      accepted.concat(publish("midst", 20))
      endpoint.release
      accepted.concat(publish_meanwhile { cluster.wait_until_booted(2, phase: 1) })
      accepted.concat(publish("after", 20))
      stop_cluster
      expect_events(accepted)
      expect(accepted.size).to be > 100
    end

    it "arrive, once each, where that happens twice while the server is slow" do
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
  end

  describe "that publishes while the application is loaded" do
    let(:environment) { { "PUBLISH_AT_LOAD" => "10" } }
    let(:held) { true }

    # How often each of these events came, and whether those of workers came as well.
    def counts_of_loading
      accepted = publish("later", 20)
      endpoint.release
      stop_cluster
      expect(endpoint.refusals).to be_empty
      data = endpoint.events.map(&:data)
      expect(data & accepted).to match_array(accepted)
      (data - accepted).tally
    end

    context "in the master" do
      let(:preload) { true }

      it "arrive once: workers do not send what they inherit" do
        expect(counts_of_loading).to eq(Array.new(10) { |number| ["loaded.#{number}", 1] }.to_h)
      end
    end

    context "in each worker" do
      let(:preload) { false }

      it "arrive once from each" do
        expect(counts_of_loading).to eq(Array.new(10) { |number| ["loaded.#{number}", 2] }.to_h)
      end
    end
  end
end
