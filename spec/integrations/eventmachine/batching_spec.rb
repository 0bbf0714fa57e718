# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/async/reactor"

RSpec.describe "Events on the EventMachine reactor that are sent together" do
  include Reactor

  before do
    Pusher.async_batch_size = 10
    Pusher.async_batch_wait = 0.01
  end

  def names_sent
    endpoint.requests.map(&:json).map { |body| (body["batch"] || [body]).map { |event| event["name"] } }
  end

  def paths_sent
    endpoint.requests.map { |request| request.path.delete_prefix("/apps/3") }
  end

  def trigger(number, channel: "a", **params)
    client.trigger_async(channel, "n#{number}", "", params)
  end

  it "call the callbacks of each, on the reactor's thread, after the calls" do
    returned = false
    early = false
    outcomes = outcomes_of do
      deferrables = Array.new(25) { |number| trigger(number) }
      deferrables.each { |deferrable| deferrable.callback { early = true unless returned } }
      returned = true
      deferrables
    end
    expect(outcomes.map(&:reply)).to eq([{}] * 25)
    expect(outcomes.map(&:thread)).to all(be(@reactor))
    expect(early).to be(false)
    expect(names_sent.map(&:size)).to eq([10, 10, 5])
    expect(endpoint.events.map(&:name)).to eq(Array.new(25) { |number| "n#{number}" })
    expect(endpoint.most_in_flight).to eq(1)
  end

  it "are sent alone, as usual, if there is one only" do
    expect(outcome_of { trigger(1) }.reply).to eq({})
    expect(paths_sent).to eq(["/events"])
  end

  it "do not wait without async_batch_wait" do
    Pusher.async_batch_wait = 0
    expect(outcomes_of { [trigger(1), trigger(2, channel: "b")] }.map(&:reply)).to eq([{}, {}])
    expect(paths_sent).to eq(["/events"] * 2)
  end

  it "arrive in the order of their channel, those of different channels at the same time" do
    Pusher.async_batch_size = 2
    endpoint.delay = 0.02
    outcomes = outcomes_of { Array.new(60) { |number| trigger(number / 3, channel: "c#{number % 3}") } }
    expect(outcomes.map(&:reply)).to eq([{}] * 60)
    3.times do |channel|
      own = endpoint.events.select { |event| event.channel == "c#{channel}" }
      expect(own.map(&:name)).to eq(Array.new(20) { |number| "n#{number}" })
    end
    expect(endpoint.most_in_flight).to eq(3)
  end

  it "keep their place among requests that are sent alone" do
    outcomes = outcomes_of do
      [trigger(1), client.trigger_async(%w[a b], "n2", ""), trigger(3), trigger(4, channel: "b"),
       client.trigger_batch_async({ channel: "a", name: "n5", data: "" }), trigger(6), client.get_async("/channels")]
    end
    expect(outcomes.map(&:kind)).to eq([:callback] * 7)
    order = ->(channel) { endpoint.events.select { |event| event.channels.include?(channel) }.map(&:name) }
    expect(order.call("a")).to eq(%w[n1 n2 n3 n5 n6])
    expect(order.call("b")).to eq(%w[n2 n4])
  end

  it "get the attributes of their channels" do
    outcomes = outcomes_of { [trigger(1, info: "subscription_count"), trigger(2)] }
    expect(outcomes.map(&:reply)).to eq([{ channels: { "a" => { "subscription_count" => 0 } } }, {}])
    expect(paths_sent).to eq(["/batch_events"])
  end

  it "of several clients are not in one request" do
    other = client_of_endpoint
    outcomes = outcomes_of do
      Array.new(6) { |number| [client, other][number % 2].trigger_async("a#{number}", "client#{number % 2}", "") }
    end
    expect(outcomes.map(&:reply)).to eq([{}] * 6)
    expect(names_sent).to contain_exactly(["client0"] * 3, ["client1"] * 3)
  end

  it "call the errbacks of each if the request is refused" do
    endpoint.reply_with(status: 401, body: "who?")
    outcomes = outcomes_of { [trigger(1), trigger(2)] }
    expect(outcomes.map(&:error)).to all(be_a(Pusher::AuthenticationError))
    expect(outcomes.map { |outcome| outcome.error.status }).to eq([401, 401])
  end

  it "call the errbacks of each if the request fails" do
    endpoint.reset
    outcomes = outcomes_of { [trigger(1), trigger(2)] }
    expect(outcomes.map { |outcome| outcome.error.message })
      .to all(match(/\ANetwork error connecting to pusher \(Connection reset/))
  end

  it "are sent one by one, in order, if they are refused together" do
    [400, 200, 400, 200].each { |status| endpoint.reply_with(status:, body: "{}") }
    outcomes = outcomes_of { Array.new(3) { |number| trigger(number) } }
    expect(outcomes.map(&:kind)).to eq(%i[callback errback callback])
    expect(names_sent).to eq([%w[n0 n1 n2], ["n0"], ["n1"], ["n2"]])
  end

  it "follow each other if callbacks raise" do
    outcomes = []
    on_reactor do
      first, second = Array.new(2) { |number| trigger(number) }
      first.callback { raise KeyError }
      first.errback { |error| outcomes << error.class }
      second.callback do
        outcomes << :second
        trigger(3).callback { (outcomes << :third) && EM.stop }
      end
    end
    expect(outcomes).to eq([KeyError, :second, :third])
  end

  it "can be triggered from other threads, and flushed there" do
    start_reactor
    client # Before the threads, so that they share it and its endpoint.
    threads = Array.new(4) { |thread| Thread.new { Array.new(50) { |number| trigger(number, channel: "c#{thread}") } } }
    within { threads.each(&:join) }
    expect(within { Pusher.flush }).to be(true)
    4.times do |thread|
      own = endpoint.events.select { |event| event.channel == "c#{thread}" }
      expect(own.map(&:name)).to eq(Array.new(50) { |number| "n#{number}" })
    end
    expect(endpoint.requests.size).to be < 200
  end

  it "call their errbacks when the reactor stops while they wait, gather or are being sent" do
    endpoint.hang
    Pusher.async_batch_wait = 0.05
    outcomes = []
    on_reactor do
      Array.new(25) { |number| trigger(number) }.each { |each| watch(each) { |outcome| outcomes << outcome } }
      EM.add_periodic_timer(0.01) do
        next unless endpoint.in_flight == 1

        watch(trigger(25, channel: "gathers")) { |outcome| outcomes << outcome }
        EM.stop
      end
    end
    expect(outcomes.map(&:kind)).to eq([:errback] * 26)
    expect(outcomes.map { |outcome| outcome.error.message }).to all(match(/the reactor was stopped/))
    endpoint.wait_until_closed
    expect(outcome_of { trigger(26) }.reply).to eq({})
  end
end
