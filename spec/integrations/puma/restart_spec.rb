# frozen_string_literal: true

require "spec_helper"
require "timeout"
require_relative "support/cluster"

# The application queues an event for each request. Restarts must neither lose an event nor send it twice.
RSpec.describe "Background events of a Puma cluster" do
  around do |example|
    endpoint.hold if held
    Cluster.run(endpoint.url, preload:, environment:) { |cluster| (@cluster = cluster) && example.run }
  end

  before { cluster.wait_until_booted(2, phase: 0) }

  let(:environment) { {} }
  # Whether the endpoint holds its replies back while the cluster starts.
  let(:held) { false }

  attr_reader :cluster

  # Each accepted event arrived once.
  def expect_events(accepted)
    expect(endpoint.events.map(&:data).tally).to eq(accepted.to_h { |data| [data, 1] })
    expect(endpoint.refusals).to be_empty
  end

  def publish(name, count)
    Array.new(count) { |number| "#{name}.#{number}".tap { |data| cluster.publish(data) } }
  end

  # Publishes events until the block returns.
  def publish_during
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

  { "with preload_app!" => true, "without preload_app!" => false }.each do |name, preload|
    describe name do
      let(:preload) { preload }

      it "arrive once each if the cluster is stopped while they are queued" do
        endpoint.hold
        accepted = publish("before", 60)
        endpoint.wait_until_in_flight(2)
        cluster.signal(:TERM)
        cluster.wait_for(/Gracefully shutting down workers/)
        endpoint.release
        expect(cluster.finish).to be_success.or have_attributes(termsig: Signal.list["TERM"])
        expect_events(accepted)
      end

      it "arrive once each if the cluster is restarted while they are queued" do
        endpoint.hold
        accepted = publish("before", 60)
        endpoint.wait_until_in_flight(2)
        cluster.signal(:USR2)
        cluster.wait_for(/Gracefully shutting down workers/)
        endpoint.release
        # Until then a worker that is about to exit may accept a connection without reading from it.
        cluster.wait_until_booted(2, phase: 0)
        accepted.concat(publish("after", 20))
        stop_cluster
        expect_events(accepted)
      end
    end
  end

  # Puma cannot do a phased restart with preload_app!.
  describe "during a phased restart" do
    let(:preload) { false }

    it "arrive once each if they are queued" do
      endpoint.hold
      accepted = publish("before", 60)
      endpoint.wait_until_in_flight(2)
      cluster.signal(:USR1)
      cluster.wait_for(/Stopping \d+ for phased upgrade/)
      accepted.concat(publish("during", 20))
      endpoint.release
      accepted.concat(publish_during { cluster.wait_until_booted(2, phase: 1) })
      accepted.concat(publish("after", 20))
      stop_cluster
      expect_events(accepted)
      expect(accepted.size).to be > 100
    end

    it "arrive once each if a second restart follows and the server is slow" do
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

  describe "published while the application is loaded" do
    let(:environment) { { "PUBLISH_AT_LOAD" => "10" } }
    let(:held) { true }

    # How often each event of the loading phase arrived. Also expects later events of the workers to arrive.
    def loading_event_counts
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

      it "arrive once, since workers do not send inherited events" do
        expect(loading_event_counts).to eq(Array.new(10) { |number| ["loaded.#{number}", 1] }.to_h)
      end
    end

    context "in each worker" do
      let(:preload) { false }

      it "arrive once from each worker" do
        expect(loading_event_counts).to eq(Array.new(10) { |number| ["loaded.#{number}", 2] }.to_h)
      end
    end
  end
end
