# frozen_string_literal: true

require_relative "e2e_helper"

# What docs/publishing.md says about sockudo.
RSpec.describe "Idempotency keys of events on a real server", :e2e do
  let(:channel) { unique("news") }
  let(:key) { unique("key") }
  let(:ann) { subscribe("ann", channel) }

  before { ann }

  def event(name, idempotency_key)
    { channel:, name:, data: "", idempotency_key: }
  end

  def names
    received(ann, channel).map(&:first)
  end

  def in_progress
    raise_error(Pusher::Error, /in progress/) { |error| expect(error).to have_attributes(status: 503, retry_after: 1) }
  end

  it "make it give the first reply again, and deliver nothing again" do
    replies = Array.new(2) do |number|
      pusher.trigger(channel, "n#{number}", "", { idempotency_key: key, info: "subscription_count" })
    end
    expect(replies.first.dig(:channels, channel)).to include("acknowledgement_id" => String)
    expect(replies.last).to eq(replies.first)
    expect(names).to eq(%w[n0])
  end

  it "make it deliver one of several requests that arrive at the same time, and reply to all like to this one" do
    client = Pusher::Client.new(**stage.client_options, retries: 10, retry_deadline: nil)
    params = { idempotency_key: key, info: "subscription_count" }
    threads = Array.new(8) { |number| Thread.new { client.trigger(channel, "n#{number}", "", params) } }
    expect(threads.map(&:value).uniq.size).to eq(1)
    expect(names.size).to eq(1)
  end

  it "make it skip the events of a batch that it has published" do
    pusher.trigger(channel, "single", "", { idempotency_key: key })
    twice = unique("key")
    batch = [event("again", key), event("first", twice), event("second", twice), event("new", unique("key"))]
    batch.each { |event| event[:info] = "subscription_count" }
    attributes = Array.new(2) { pusher.trigger_batch(batch)[:batch].map { |one| one.key?("subscription_count") } }
    expect(attributes).to eq([[false, true, false, true], [false] * 4])
    expect(names).to eq(%w[single first new])
  end

  it "make it reply to an event that it has published in a batch, and deliver nothing again" do
    pusher.trigger_batch(event("n", key))
    expect(pusher.trigger(channel, "n", "", { idempotency_key: key })).to eq({})
    expect(names).to eq(%w[n])
  end

  { "an illegal name" => ["x" * 201, "", 400], "too much data" => ["big", "x" * 10_241, 413] }
    .each do |what, (name, data, status)|
    it "are taken after an event is refused because of #{what}, as if its request were in progress" do
      expect { pusher.trigger(channel, name, data, { idempotency_key: key }) }
        .to raise_error(Pusher::Error) { |error| expect(error.status).to eq(status) }
      expect { pusher.trigger(channel, "n", "", { idempotency_key: key }) }.to in_progress
      expect(names).to eq([])
    end
  end

  it "make it accept a batch that it has refused, without the refused event" do
    batch = [event("n0", unique("key")), event("x" * 201, unique("key")), event("n2", unique("key"))]
    expect { pusher.trigger_batch(batch) }.to raise_error(Pusher::Error, /\ABad request/)
    expect(names).to eq(%w[n0])
    expect(pusher.trigger_batch(batch)).to eq({})
    expect(names).to eq(%w[n0 n2])
  end

  it "may be long on several channels of a batch, which get different keys" do
    long = unique("news").ljust(200, "-")
    ann.subscribe(long)
    publish = -> { pusher.batch { |batch| batch.trigger([channel, long], "n", "", { idempotency_key: key }) } }
    2.times { publish.call }
    expect([channel, long].map { |name| received(ann, name).map(&:first) }).to eq([%w[n], %w[n]])
  end

  it "are forgotten when it is started again" do
    EndToEnd::Sockudo.run do |server|
      client = Pusher::Client.new(**server.client_options)
      params = { idempotency_key: key, info: "subscription_count" }
      reply = client.trigger(channel, "n", "", params)
      server.kill
      server.start_again
      expect(client.trigger(channel, "n", "", params)).not_to eq(reply)
    end
  end

  it "have at most 128 bytes" do
    expect { pusher.trigger(channel, "m", "", { idempotency_key: key.ljust(100, "é") }) }
      .to raise_error(Pusher::Error, /\ABad request: .*128/)
    pusher.trigger(channel, "n", "", { idempotency_key: key.ljust(128, "x") })
    expect { pusher.trigger(channel, "m", "", { idempotency_key: key.ljust(129, "x") }) }
      .to raise_error(Pusher::Error, /\ABad request: .*128/)
    expect(names).to eq(%w[n])
  end
end
