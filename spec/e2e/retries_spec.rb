# frozen_string_literal: true

require_relative "e2e_helper"
require_relative "support/lossy_proxy"

RSpec.describe "Retries in front of a real server, if a proxy loses 30 % of the replies", :e2e do
  let(:names) { Array.new(1_000) { |number| "n#{number}" } }
  let(:channel) { unique("news") }
  let(:ann) { subscribe("ann", channel) }

  after { Pusher.async_batch_size = 1 }

  # Yields a client that connects to the proxy, and waits for its requests. Returns the number of requests of each fate.
  def through_proxy(**options)
    # Without a deadline: the specs must also pass on a slow machine.
    options = { receive_timeout: 0.4, retries: 40, retry_deadline: nil, **options }
    EndToEnd::LossyProxy.run(stage.server, RSpec.configuration.seed) do |proxy|
      yield Pusher::Client.new(**stage.client_options, host: proxy.host, port: proxy.port, **options)
      proxy.stop
    end
  end

  # Calls the block with each item, in 12 threads. Returns the items for which it raised an error of the gem, and these.
  def failures(items, &block)
    queue = Thread::Queue.new(items).close
    Array.new(12) { Thread.new { failures_in(queue, &block) } }.map(&:value).reduce(:merge)
  end

  def failures_in(queue)
    failures = {}
    while (item = queue.pop)
      begin
        yield item
      rescue Pusher::Error => e
        failures[item] = e
      end
    end
    failures
  end

  # How often each event has arrived.
  def arrivals(*channels)
    names.to_h { |name| [name, 0] }.merge(channels.flat_map { |name| received(ann, name).map(&:first) }.tally)
  end

  # The same for those that have not arrived exactly once.
  def deviations(*channels)
    arrivals(*channels).reject { |_, times| times == 1 }
  end

  def several(arrivals)
    arrivals.select { |_, times| times > 1 }
  end

  def missing(arrivals)
    arrivals.select { |_, times| times.zero? }.keys
  end

  it "deliver each event exactly once with idempotency keys" do
    ann
    counts = through_proxy(idempotency_key: true) do |client|
      expect(failures(names) { |name| client.trigger(channel, name, "") }).to eq({})
    end
    expect(deviations(channel)).to eq({})
    expect(counts.keys).to match_array(EndToEnd::LossyProxy::FATES)
  end

  it "deliver each event exactly once with idempotency keys, if several are sent together" do
    Pusher.async_batch_size = 10
    rooms = Array.new(8) { unique("room") }
    rooms.each { |room| ann.subscribe(room) }
    counts = through_proxy(idempotency_key: true) do |client|
      requests = names.first(400).map.with_index { |name, index| client.trigger_async(rooms[index % 8], name, "") }
      collected, listed = names.drop(400).each_slice(50).partition.with_index { |_, index| index.even? }
      collect = ->(slice) { client.batch { |batch| slice.each { |name| batch.trigger(channel, name, "") } } }
      list = ->(slice) { client.trigger_batch(slice.map { |name| { channel:, name:, data: "" } }) }
      expect(failures(collected, &collect)).to eq({})
      expect(failures(listed.flatten.each_slice(10), &list)).to eq({})
      expect(requests.map { |request| request.pop.status }.uniq).to eq([200])
    end
    expect(deviations(channel, *rooms)).to eq({})
    expect(counts.keys).to match_array(EndToEnd::LossyProxy::FATES)
    expect(counts.values.sum).to be_between(100, 500)
  end

  it "deliver each event at least once with retry_ambiguous, and some twice" do
    ann
    through_proxy(retry_ambiguous: true) do |client|
      expect(failures(names) { |name| client.trigger(channel, name, "") }).to eq({})
    end
    arrivals = arrivals(channel)
    expect(missing(arrivals)).to eq([])
    expect(several(arrivals)).not_to eq({})
  end

  it "deliver no event twice otherwise, and each event unless its trigger has raised" do
    ann
    failures = {}
    counts = through_proxy { |client| failures = failures(names) { |name| client.trigger(channel, name, "") } }
    arrivals = arrivals(channel)
    expect(several(arrivals)).to eq({})
    expect(missing(arrivals) - failures.keys).to eq([])
    expect(failures.size).to be >= counts.values_at(*EndToEnd::LossyProxy::LOST).sum
    # The requests that the proxy answers with 503 are sent again.
    expect(counts[:unavailable]).to be_positive
    expect(failures.values.map(&:status).uniq).to eq([nil])
  end
end
