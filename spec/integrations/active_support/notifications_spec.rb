# frozen_string_literal: true

require_relative "support/active_support_helper"
require "stringio"

RSpec.describe "ActiveSupport::Notifications" do
  let(:client) { Pusher::Client.from_url(endpoint.url) }
  let(:log) { StringIO.new }
  let(:middleware) { Pusher.const_get(:Internal)::HTTP::Middleware }

  before { Pusher.logger = Logger.new(log) }

  it "is the default instrumenter" do
    expect(Pusher.instrumenter).to equal(ActiveSupport::Notifications)
    Pusher.instrumenter = false
    expect(Pusher.instrumenter).to be(false)
    Pusher.instrumenter = nil
    expect(Pusher.instrumenter).to equal(ActiveSupport::Notifications)
  end

  it "has an event for each request, with its facts" do
    events = collect_events
    client.trigger(%w[a b], "greet", { text: "hello" })
    client.channels

    expect(events.map(&:name)).to eq(%w[request.pusher request.pusher])
    expect(events.first.payload).to match(
      verb: :post, path: "/apps/3/events", channels: %w[a b], event: "greet",
      host: endpoint.host, port: endpoint.port, client:, attempt: 1,
      request_bytes: endpoint.requests.first.body.bytesize, status: 200, reply_bytes: be_positive, attempts: 1,
      duration: be_a(Float)
    )
    expect(events.last.payload).to include(verb: :get, path: "/apps/3/channels", channels: [], event: nil)
  end

  it "has a client that shows no secret, also as JSON" do
    require "active_support/json"
    events = collect_events
    client.encryption_master_key_base64 = ["k" * 32].pack("m0")
    client.trigger("a", "b", "the data")
    payload = events.first.payload
    shown = [payload.inspect, payload.to_json, ActiveSupport::JSON.encode(payload)]
    expect(shown.join).not_to match(/#{client.secret}|k{32}|the data|auth_/)
  end

  it "has ActiveSupport's own keys for an error" do
    events = collect_events
    client.port = 1
    expect { client.channels }.to raise_error(Pusher::HTTPError)

    payload = events.first.payload
    expect(payload[:error]).to be_a(Errno::ECONNREFUSED)
    expect(payload[:exception_object]).to equal(payload[:error])
    expect(payload[:exception]).to eq(["Errno::ECONNREFUSED", payload[:error].message])
    expect(payload.inspect).not_to match(/auth_|signature/)
  end

  it "notifies subscribers by pattern" do
    seen = []
    subscribe(/pusher\z/) { |name, *| seen << name }
    client.channels
    expect(seen).to eq(["request.pusher"])
  end

  it "allocates no object without a subscriber or while it is switched off" do
    subscribe("request.another") { raise "not this one" }
    expect(Cost.objects_of { middleware.active? }).to eq(0)

    Pusher.instrumenter = ActiveSupport::Notifications
    expect(Cost.objects_of { middleware.active? }).to eq(0)

    events = collect_events
    expect(middleware).to be_active
    Pusher.instrumenter = false
    expect(Cost.objects_of { middleware.active? }).to eq(0)
    client.channels
    expect(events).to be_empty
  end

  it "is inactive after its last subscriber is removed" do
    subscription = subscribe { nil }
    expect(middleware).to be_active
    ActiveSupport::Notifications.unsubscribe(subscription)
    expect(middleware).not_to be_active
  end

  it "is replaced by a custom instrumenter" do
    events = collect_events
    names = []
    other = double("instrumenter")
    allow(other).to receive(:instrument) do |name, _, &request|
      names << name
      request.call
    end
    Pusher.instrumenter = other
    client.channels

    expect([names, events]).to eq([["request.pusher"], []])
  end

  it "returns the reply if a subscriber raises, and logs the error" do
    endpoint.reply_with(body: '{"the":"reply"}')
    subscribe { raise KeyError, "a fault in the subscriber" }

    expect(client.channels).to eq(the: "reply")
    expect(endpoint.requests.size).to eq(1)
    expect(log.string).to match(/WARN .*: The instrumenter failed: .*a fault in the subscriber/)
  end

  it "raises the error of the request if a subscriber raises" do
    subscribe { raise KeyError, "a fault in the subscriber" }
    client.port = 1
    expect { client.channels }
      .to raise_error(Pusher::HTTPError) { |error| expect(error.original_error).to be_a(Errno::ECONNREFUSED) }
  end

  it "notifies subscribers of background requests, also on EventMachine's reactor" do
    expect(run_ruby(<<~RUBY)).to eq("pooled 200\nreactor 200\n")
      require "active_support"
      require "active_support/notifications"
      require "eventmachine"
      require "pusher"
      ActiveSupport::Notifications.subscribe("request.pusher") do |*, payload|
        puts payload.values_at(:event, :status).join(" ")
      end
      Pusher.trigger_async("a", "pooled", "").pop
      EventMachine.run do
        Pusher.trigger_async("a", "reactor", "").callback { EventMachine.stop }.errback { |error| raise error }
      end
    RUBY
  end

  it "notifies subscribers of requests on several threads, each event with its own facts" do
    events = collect_events
    threads = Array.new(8) { |number| Thread.new { client.trigger("channel-#{number}", "event-#{number}", "") } }
    threads.each(&:join)

    pairs = events.map { |event| [*event.payload[:channels], event.payload[:event]] }
    expect(pairs).to match_array(Array.new(8) { |number| ["channel-#{number}", "event-#{number}"] })
  end
end
