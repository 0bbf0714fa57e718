# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/async/held_endpoint"
require_relative "../../support/async/reactor"

# A request that waits does not block the reactor.
RSpec.describe "Concurrent requests on the EventMachine reactor" do
  include Reactor

  # Releases the replies to the block's requests after this many ticks of the reactor, and returns their outcomes.
  def expect_ticks(count)
    ticks = nil
    outcomes = outcomes_of do
      ticks = Reactor::Ticks.new
      released = EM.add_periodic_timer(Reactor::Ticks::INTERVAL) do
        next if ticks.count < count

        released.cancel
        endpoint.release
      end
      yield
    end
    expect(ticks.count).to be >= count
    outcomes
  end

  it "do not block timers while the server is slow" do
    endpoint.hold
    outcomes = expect_ticks(20) { Array.new(50) { |number| client.trigger_async("channel", "event", number) } }
    expect(outcomes.map(&:reply)).to eq([{}] * 50)
    expect(endpoint.most_in_flight).to eq(50)
    expect(endpoint.events.map(&:data)).to match_array(Array.new(50, &:to_s))
  end

  it "do not block timers while the server is slow, over TLS" do
    @endpoint = start_endpoint(tls: certificates.good)
    client.sync_http_client.ssl_config.add_trust_ca(certificates.pem_file)
    endpoint.hold
    outcomes = expect_ticks(20) { Array.new(10) { |number| client.trigger_async("channel", "event", number) } }
    expect(outcomes.map(&:reply)).to eq([{}] * 10)
    expect(endpoint.most_in_flight).to eq(10)
  end

  it "start no threads" do
    endpoint.hold
    before = nil
    during = nil
    on_reactor do
      before = own_threads
      requests = Array.new(20) { client.trigger_async("channel", "event", "data") }
      EM.add_timer(0.2) do
        during = own_threads
        endpoint.release
      end
      requests.last.callback { EM.stop }
    end
    expect(during - before).to be_empty
  end

  # All threads except those of the endpoint.
  def own_threads
    Thread.list.reject { |thread| thread.inspect.include?("channels_api") }
  end

  it "include 2,000 in flight on one thread" do
    before = Process.getrlimit(:NOFILE)
    Process.setrlimit(:NOFILE, [before.last, 8192].min, before.last)
    HeldEndpoint.run do |held|
      client = Pusher::Client.new(**held.client_options, timeout: 120)
      ticks = nil
      EM.epoll
      outcomes = outcomes_of do
        ticks = Reactor::Ticks.new
        Thread.new do
          held.wait_until_in_flight(2000)
          reached = ticks.count
          sleep(0.01) until ticks.count > reached + 20
        ensure
          held.release
        end
        Array.new(2000) { |number| client.trigger_async("channel", "event", number) }
      end
      expect(outcomes.map(&:kind).tally).to eq(callback: 2000)
      expect(held.data.map(&:to_i).sort).to eq((0...2000).to_a)
    end
  ensure
    Process.setrlimit(:NOFILE, *before)
  end

  it "reuse connections, and share them with synchronous requests" do
    client.trigger("channel", "event", "0")
    on_reactor do
      step = lambda do |number|
        next EM.stop if number == 6

        client.trigger_async("channel", "event", number).callback { step.call(number + 1) }
      end
      step.call(1)
    end
    client.trigger("channel", "event", "6")
    expect(endpoint.events.map(&:data)).to eq(%w[0 1 2 3 4 5 6])
    expect(endpoint.connections).to eq(1)
  end

  it "open a new connection after reset_all" do
    on_reactor do
      client.trigger_async("channel", "event", "1").callback do
        client.sync_http_client.reset_all
        client.trigger_async("channel", "event", "2").callback { EM.stop }
      end
    end
    expect(endpoint.requests.map(&:connection)).to eq([1, 2])
  end

  it "leave no connection in EventMachine after 3,000 in a row" do
    counts = []
    on_reactor do
      step = lambda do |left|
        counts << EM.connection_count if (left % 1000).zero?
        next EM.stop if left.zero?

        client.trigger_async("channel", "event", left).callback { EM.next_tick { step.call(left - 1) } }
      end
      step.call(3000)
    end
    expect(counts.uniq).to eq([counts.first])
    expect(endpoint.connections).to eq(1)
  end
end
