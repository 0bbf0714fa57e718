# frozen_string_literal: true

require "compatibility_helper"

RSpec.describe "Retries", :added do
  let(:options) { { **endpoint.client_options, timeout: 30 } }
  let(:client) { Pusher::Client.new(**options, retries: 2) }

  def publish(client = self.client)
    client.trigger("news", "event", { number: 1 })
  end

  def error_of
    yield
    nil
  rescue Pusher::Error => e
    e
  end

  def fail_with(status, times: nil, **headers)
    endpoint.reply_with(times:, status:, body: "no", headers: headers.transform_keys(&:to_s))
  end

  def keys
    endpoint.requests.map { |request| JSON.parse(request.body)["idempotency_key"] }
  end

  it "are off by default" do
    [429, 500, 503].each { |status| fail_with(status, times: 1) }
    3.times do
      expect(error_of { publish(Pusher::Client.new(**options)) }).to have_attributes(attempts: 1)
    end
    expect(endpoint.requests.size).to eq(3)
  end

  [429, 503].each do |status|
    it "publish an event that was refused with status #{status}" do
      fail_with(status, times: 2)
      expect(publish).to eq({})
      expect(endpoint.requests.size).to eq(3)
      expect(endpoint.events.size).to eq(1)
    end

    it "end after the given number: then the error of status #{status} is raised" do
      fail_with(status)
      expect(error_of { publish }).to have_attributes(status:, attempts: 3, retriable?: true)
      expect(endpoint.requests.size).to eq(3)
    end
  end

  # The event may have been published.
  [500, 502, 504].each do |status|
    it "do not repeat an event after status #{status}" do
      fail_with(status)
      expect(error_of { publish }).to have_attributes(status:, attempts: 1)
    end

    it "repeat an event after status #{status} with retry_ambiguous" do
      fail_with(status, times: 2)
      client.retry_ambiguous = true
      expect(publish).to eq({})
      expect(endpoint.requests.size).to eq(3)
    end

    it "repeat a query after status #{status}" do
      fail_with(status, times: 2)
      expect(client.channels).to eq({ channels: {} })
      expect(endpoint.requests.size).to eq(3)
    end
  end

  [400, 401, 403, 404, 407, 413, 301, 501].each do |status|
    it "repeat nothing after status #{status}" do
      fail_with(status)
      client.retry_ambiguous = true
      expect(error_of { publish }).to have_attributes(status:, attempts: 1)
    end
  end

  it "repeat nothing after a reply that cannot be parsed: the event is published" do
    endpoint.reply_with(times: nil, body: "no JSON")
    client.retry_ambiguous = true
    expect(error_of { publish }).to have_attributes(status: 200, attempts: 1)
  end

  it "do not repeat an event whose reply does not arrive" do
    endpoint.drop(times: nil)
    expect(error_of { publish }).to be_a(Pusher::HTTPError).and have_attributes(attempts: 1, retriable?: true)
    endpoint.behave
    endpoint.hang(times: nil)
    client.receive_timeout = 0.2
    expect(error_of { publish }).to have_attributes(attempts: 1)
    expect(endpoint.requests.size).to eq(2)
  end

  it "repeat an event whose reply does not arrive with retry_ambiguous" do
    endpoint.drop
    endpoint.hang
    client.retry_ambiguous = true
    client.receive_timeout = 0.2
    expect(publish).to eq({})
    expect(endpoint.requests.size).to eq(3)
  end

  it "repeat a query whose reply does not arrive" do
    endpoint.drop(times: 2)
    expect(client.channels).to eq({ channels: {} })
  end

  it "repeat an event that found no connection", :socket do
    client.port = closed_port
    expect(error_of { publish }).to be_a(Pusher::HTTPError).and have_attributes(attempts: 3)
  end

  it "repeat an event that the server certainly has not read", :socket do
    server = start_fault(:stop_reading)
    client = Pusher::Client.new(**server.client_options, retries: 1, send_timeout: 0.2, receive_timeout: 30)
    error = error_of { client.trigger("news", "event", "x" * 20_000_000) }
    expect(error).to have_attributes(original_error: be_a(Pusher::SendTimeoutError), attempts: 2)
    server.wait_for_connections(2)
    expect(server.connections).to eq(2)
  end

  it "sign each attempt anew" do
    fail_with(503, times: 2)
    times = [100, 200, 300].map { |seconds| Time.at(seconds) }
    allow(Time).to receive(:now).and_return(*times)
    # The checks of the endpoint would refuse these times.
    unchecked = start_endpoint(checked: false)
    unchecked.reply_with(times: 2, status: 503)
    publish(Pusher::Client.new(**unchecked.client_options, retries: 2))
    expect(unchecked.requests.map { |request| request.target[/auth_timestamp=(\d+)/, 1] }).to eq(%w[100 200 300])
    expect(unchecked.requests.map { |request| request.target[/auth_signature=(\w+)/, 1] }.uniq.size).to eq(3)
  end

  it "close the connection of a refused attempt", :socket do
    fail_with(503, times: 2)
    publish
    expect(endpoint.connections).to eq(3)
  end

  it "wait as long as Retry-After says" do
    fail_with(503, times: 1, "Retry-After": "1")
    began = Process.clock_gettime(Process::CLOCK_MONOTONIC)
    expect(publish).to eq({})
    expect(Process.clock_gettime(Process::CLOCK_MONOTONIC) - began).to be >= 1
  end

  it "end when Retry-After is later than the deadline" do
    fail_with(429, "Retry-After": "20")
    expect(error_of { publish }).to have_attributes(status: 429, attempts: 1, retry_after: 20)
    client.retry_deadline = 0
    endpoint.behave
    fail_with(503)
    expect(error_of { publish }).to have_attributes(status: 503, attempts: 1)
  end

  it "apply to batches and to all other requests" do
    requests = {
      batch: -> { client.trigger_batch({ channel: "news", name: "event", data: 1 }) },
      collected: -> { client.batch { |batch| batch.trigger("news", "event", 1) } },
      channel: -> { client["news"].trigger!("event", 1) },
      user: -> { client.send_to_user("1", "event", 1) },
      posted: -> { client.post("/events", { name: "event", channels: ["news"], data: "" }) },
      info: -> { client.channel_info("news") }
    }
    requests.each_value do |request|
      endpoint.behave
      fail_with(503, times: 2)
      request.call
    end
    expect(endpoint.requests.size).to eq(requests.size * 3)
  end

  it "apply to background requests" do
    fail_with(503, times: 2)
    expect(client.trigger_async("news", "event", 1).pop.status).to eq(200)
    fail_with(503)
    expect(client.trigger_async("news", "event", 1).pop.status).to eq(503)
    expect(endpoint.requests.size).to eq(6)
  end

  it "are settings of the module, too" do
    Pusher.url = endpoint.url
    Pusher.retries = 1
    fail_with(503, times: 1)
    Pusher.trigger("news", "event", 1)
    expect(endpoint.requests.size).to eq(2)
  end

  describe "with idempotency_key" do
    let(:client) { Pusher::Client.new(**options, retries: 2, idempotency_key: true) }

    it "give each event a key of its own, the same in each attempt" do
      fail_with(503, times: 2)
      2.times { publish }
      expect(keys.uniq.size).to eq(2)
      expect(keys).to eq(([keys.first] * 3) + [keys.last])
      expect(keys).to all(match(/\A\h{8}(-\h{4}){3}-\h{12}\z/))
    end

    it "repeat an event after failures after which it may be published" do
      fail_with(500, times: 1)
      endpoint.drop
      expect(publish).to eq({})
      expect(keys.uniq.size).to eq(1)
    end

    it "keep a key of the caller" do
      client.trigger("news", "event", 1, { idempotency_key: "mine" })
      client.trigger("news", "event", 1, { "idempotency_key" => "theirs" })
      expect(keys).to eq(%w[mine theirs])
    end

    it "give each event of a batch a key of its own" do
      client.trigger_batch([{ channel: "a", name: "e", data: 1 }, { channel: "b", name: "e", data: 1 }],
                           { channel: "c", name: "e", data: 1, idempotency_key: "mine" })
      client.batch { |batch| batch.trigger(%w[a b], "e", 1) }
      keys = endpoint.requests.flat_map { |request| JSON.parse(request.body)["batch"] }
                     .map { |event| event["idempotency_key"] }
      expect(keys.uniq.size).to eq(5)
      expect(keys[2]).to eq("mine")
    end

    it "give the events of several channels in a batch different keys, also with a key of the caller" do
      client.idempotency_key = false
      client.batch { |batch| batch.trigger(%w[a b], "e", 1, { idempotency_key: "mine" }) }
      expect(endpoint.requests.first.body).to include("mine-a").and include("mine-b")
    end

    it "give an event of a refused batch a new key when it is sent alone" do
      fail_with(400, times: 1)
      client.batch { |batch| %w[a b].each { |channel| batch.trigger(channel, "e", 1) } }
      keys = endpoint.requests.flat_map { |request| JSON.parse(request.body)["batch"] }
                     .map { |event| event["idempotency_key"] }
      expect(keys.uniq.size).to eq(4)
    end

    it "keep the key of an event that failed, for a later attempt of the caller" do
      fail_with(503)
      failed = error_of { client.batch { |batch| batch.trigger("a", "e", 1) } }.failed.map(&:event)
      endpoint.behave
      client.trigger_batch(failed)
      keys = endpoint.requests.map { |request| JSON.parse(request.body)["batch"].first["idempotency_key"] }
      expect(keys.uniq.size).to eq(1)
    end

    it "change neither the caller's params nor its events" do
      params = {}.freeze
      event = { channel: "a", name: "e", data: 1 }.freeze
      client.trigger("news", "event", 1, params)
      client.trigger_batch(event)
      expect([params, event.keys]).to eq([{}, %i[channel name data]])
    end
  end

  describe "settings" do
    it "are readers and writers with these defaults" do
      client = Pusher::Client.new
      expect(client).to have_attributes(retries: 0, retry_ambiguous: false, retry_deadline: 10, idempotency_key: false)
    end

    it "are options of a client" do
      client = Pusher::Client.new(retries: 3, retry_ambiguous: true, retry_deadline: 2.5, idempotency_key: true)
      expect(client).to have_attributes(retries: 3, retry_ambiguous: true, retry_deadline: 2.5, idempotency_key: true)
      client.retries = nil
      client.retry_deadline = nil
      expect(client).to have_attributes(retries: 0, retry_deadline: nil)
    end

    [-1, 1.5, "2", true].each do |number|
      it "refuse #{number.inspect} retries" do
        message = "retries must be an Integer of 0 or more, got #{number.inspect}"
        expect { client.retries = number }.to raise_error(ArgumentError, message)
        expect { Pusher::Client.new(retries: number) }.to raise_error(ArgumentError, message)
      end
    end

    [-1, "2", true].each do |seconds|
      it "refuse a deadline of #{seconds.inspect}" do
        message = "retry_deadline must be a number of seconds, or nil, got #{seconds.inspect}"
        expect { client.retry_deadline = seconds }.to raise_error(ArgumentError, message)
        expect { Pusher::Client.new(retry_deadline: seconds) }.to raise_error(ArgumentError, message)
      end
    end

    it "are copied with a client, and marshalled with it" do
      copies = [client.dup, Marshal.load(Marshal.dump(client))]
      expect(copies).to all(have_attributes(retries: 2, retry_deadline: 10))
    end
  end
end
