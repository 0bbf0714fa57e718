# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/async/held_endpoint"
require_relative "../../support/async/reactor"

# Nothing that a request waits for keeps the reactor from going round.
RSpec.describe "Waiting on EventMachine's reactor" do
  include Reactor

  # Has what the block makes come to its end only when the reactor has ticked so often.
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

  it "lets timers tick while a server takes its time" do
    endpoint.hold
    outcomes = expect_ticks(20) { Array.new(50) { |number| client.trigger_async("channel", "event", number) } }
    expect(outcomes.map(&:reply)).to eq([{}] * 50)
    expect(endpoint.most_in_flight).to eq(50)
    expect(endpoint.events.map(&:data)).to match_array(Array.new(50, &:to_s))
  end

  it "lets timers tick while a server takes its time over TLS" do
    @endpoint = start_endpoint(tls: certificates.good)
    client.sync_http_client.ssl_config.add_trust_ca(certificates.pem_file)
    endpoint.hold
    outcomes = expect_ticks(20) { Array.new(10) { |number| client.trigger_async("channel", "event", number) } }
    expect(outcomes.map(&:reply)).to eq([{}] * 10)
    expect(endpoint.most_in_flight).to eq(10)
  end

  it "starts no thread of its own" do
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

  # The endpoint has one for each connection, in this process.
  def own_threads
    Thread.list.reject { |thread| thread.inspect.include?("channels_api") }
  end

  describe "for a name" do
    let(:answers) { Queue.new }

    before do
      hanging = answers
      allow(Addrinfo).to receive(:getaddrinfo) { |*| Array(hanging.pop) }
    end

    after { answers.close }

    def address
      [Addrinfo.tcp("127.0.0.1", endpoint.port)]
    end

    it "lets timers tick, and other requests be answered" do
      named = client_of_endpoint(host: "localhost")
      ticks = nil
      others = []
      outcome = outcome_of do
        ticks = Reactor::Ticks.new
        watch(client.trigger_async("channel", "event", "by address")) { |other| others << other.kind }
        released = EM.add_periodic_timer(Reactor::Ticks::INTERVAL) do
          next if ticks.count < 20 || others.empty?

          released.cancel
          answers << address
        end
        named.trigger_async("channel", "event", "by name")
      end
      expect(outcome.reply).to eq({})
      expect(others).to eq([:callback])
      expect(endpoint.events.map(&:data)).to eq(["by address", "by name"])
    end

    it "ends with the connect timeout" do
      named = client_of_endpoint(host: "localhost", connect_timeout: 0.2)
      error = outcome_of { named.trigger_async("channel", "event", "data") }.error
      expect(error).to be_an_instance_of(Pusher::Error)
      expect(error.message).to match(/\ANetwork error connecting to pusher \(.*Timeout/)
    end

    it "ends with the reactor" do
      kinds = []
      on_reactor do
        watch(client_of_endpoint(host: "localhost").trigger_async("channel", "event", "data")) { |o| kinds << o.kind }
        EM.add_timer(0.1) { EM.stop }
      end
      expect(kinds).to eq([:errback])
    end

    it "gives the answer to its own request only, where another has given up" do
      first = client_of_endpoint(host: "localhost", connect_timeout: 0.1)
      second = client_of_endpoint(host: "localhost")
      outcomes = outcomes_of do
        requests = [first, second].map { |named| named.trigger_async("channel", "event", "data") }
        requests.first.errback { 2.times { answers << address } }
        requests
      end
      expect(outcomes.map(&:kind)).to eq(%i[errback callback])
      expect(endpoint.events.size).to eq(1)
    end
  end

  it "holds 2,000 requests in flight on the reactor's one thread" do
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

  it "keeps connections, and shares them with requests that wait otherwise" do
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

  it "gives up idle connections with reset_all" do
    on_reactor do
      client.trigger_async("channel", "event", "1").callback do
        client.sync_http_client.reset_all
        client.trigger_async("channel", "event", "2").callback { EM.stop }
      end
    end
    expect(endpoint.requests.map(&:connection)).to eq([1, 2])
  end

  it "may go on for hours: 3,000 requests in a row leave nothing behind" do
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
