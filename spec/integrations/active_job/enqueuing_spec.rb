# frozen_string_literal: true

require_relative "support/active_job_helper"

RSpec.describe "Events that are triggered later" do
  before { Pusher.url = endpoint.url }

  uuid = /\A\h{8}-\h{4}-4\h{3}-\h{4}-\h{12}\z/

  it "are enqueued, and not sent" do
    job = Pusher.trigger_later(%w[orders news], "created", { id: 1 }, { socket_id: "1.1", info: "user_count" })
    expect(job).to be_a(Pusher::TriggerJob)
    expect(latest.arguments).to eq(
      ["/events", { "socket_id" => "1.1", "info" => "user_count", "name" => "created", "channels" => %w[orders news],
                    "data" => "{\"id\":1}" }]
    )
    expect(endpoint.requests).to be_empty
  end

  it "have data without braces" do
    Pusher.trigger_later("orders", "created", id: 1)
    expect(latest.arguments.last).to include("data" => "{\"id\":1}")
  end

  it "are enqueued as a batch" do
    Pusher.trigger_batch_later([{ channel: "a", name: "x", data: { id: 1 } }], { "channel" => "b", "name" => "y" })
    expect(latest.arguments).to eq(
      ["/batch_events", { "batch" => [{ "channel" => "a", "name" => "x", "data" => "{\"id\":1}" },
                                      { "channel" => "b", "name" => "y", "data" => "null" }] }]
    )
  end

  it "are enqueued for a user" do
    Pusher.later.send_to_user("ann", "greet", "hello")
    expect(latest.arguments.last).to include("channels" => ["#server-to-user-ann"], "data" => "hello")
    expect { Pusher.later.send_to_user("", "greet", "hello") }.to raise_error(Pusher::Error, /Invalid user id/)
  end

  it "are values of JSON in the queue, whatever the arguments are" do
    odd = Class.new { def to_s = "odd" }.new
    data = { at: Time.utc(2020, 1, 2), range: 1..3 }
    Pusher.trigger_later(:orders, :created, data, { tags: { odd => [:a, 1.5, nil] } })
    stored = enqueued.last["arguments"].last.except("_aj_symbol_keys")
    expect(JSON.parse(JSON.generate(stored))).to eq(stored)
    expect(latest.arguments.last)
      .to include("channels" => ["orders"], "name" => "created", "tags" => { "odd" => ["a", 1.5, nil] })
    expect(latest.arguments.last["data"]).to match(/\A{"at":"2020-01-02.*","range":"1..3"}\z/)
  end

  it "keep the bytes of binary Strings that are UTF-8" do
    Pusher.trigger_later("orders", "created", "Grüße, 世界 <&> \u2028".b)
    expect(latest.arguments.last["data"]).to eq("Grüße, 世界 <&> \u2028")
    work_off
    expect(endpoint.events.last.data).to eq("Grüße, 世界 <&> \u2028")
  end

  describe "raise at the call, and are not enqueued," do
    after { expect(enqueued).to be_empty }

    it "for too many channels" do
      expect { Pusher.trigger_later(["a"] * 101, "e", "d") }.to raise_error(Pusher::Error, /Too many channels/)
    end

    it "for data that cannot be encoded" do
      ["\xff", "\xff".b].each do |data|
        event = { channel: "a", name: "e", data: }
        expect { Pusher.trigger_later("a", "e", data) }.to raise_error(Pusher::Error, /encoded/)
        expect { Pusher.trigger_batch_later(event) }.to raise_error(Pusher::Error, /encoded/)
      end
    end

    it "for data larger than max_event_bytes" do
      Pusher.max_event_bytes = 10
      expect { Pusher.trigger_later("a", "e", "x" * 11) }
        .to raise_error(Pusher::PayloadTooLargeError, /max_event_bytes/)
    end

    it "for a missing master key" do
      expect { Pusher.trigger_later("private-encrypted-a", "e", "d") }.to raise_error(Pusher::ConfigurationError)
    end

    it "for an event of a batch without a channel" do
      expect { Pusher.trigger_batch_later({ name: "e" }) }.to raise_error(Pusher::Error, /Illegal channel name nil/)
    end
  end

  describe "on encrypted channels" do
    let(:key) { "0123456789abcdef0123456789abcdef" }

    before { Pusher.encryption_master_key_base64 = [key].pack("m0") }

    it "are encrypted in the queue, which has no key" do
      Pusher.trigger_later("private-encrypted-a", "e", { secret: "plain text" })
      Pusher.trigger_batch_later({ channel: "private-encrypted-a", name: "e", data: "plain text" })
      shared = Pusher.channel("private-encrypted-a").shared_secret(key)
      forms = [key, shared].flat_map { |bytes| [bytes, [bytes].pack("m0"), bytes.unpack1("H*")] }
      expect(JSON.generate(enqueued.map { |job| stored(job) })).not_to include("plain text", Pusher.secret, *forms)
    end

    it "can be decrypted by their subscribers" do
      auth = Pusher.authenticate("private-encrypted-a", "1.1")
      subscriber = endpoint.subscribe("private-encrypted-a", auth:)
      Pusher.trigger_later("private-encrypted-a", "e", { text: "plain text" })
      Pusher.trigger_batch_later({ channel: "private-encrypted-a", name: "e", data: { text: "another" } })
      2.times { work_off }
      expect(subscriber.wait_for(2).map(&:json)).to eq([{ "text" => "plain text" }, { "text" => "another" }])
    end

    it "can be sent by a process without the key" do
      Pusher.trigger_later("private-encrypted-a", "e", "plain text")
      Pusher.encryption_master_key_base64 = nil
      work_off
      expect(JSON.parse(endpoint.events.last.data)).to match("nonce" => String, "ciphertext" => String)
    end
  end

  describe "have options of the job:" do
    it "queue, priority and wait of a call" do
      Pusher.later(queue: :low, priority: 7, wait: 3600).trigger("a", "e", "d")
      expect(latest).to have_attributes(queue_name: "low", priority: 7)
      expect(enqueued.last[:at]).to be_within(60).of(Time.now.to_f + 3600)
      Pusher.later(wait_until: Time.at(4_000_000_000)).trigger_batch({ channel: "a", name: "e" })
      expect(enqueued.last[:at]).to eq(4_000_000_000)
    end

    it "queue and priority of all jobs" do
      stub_const("LowJob", Class.new(Pusher::TriggerJob) { queue_as(:low) && queue_with_priority(3) })
      Pusher.trigger_job = "LowJob"
      expect(Pusher.trigger_later("a", "e", "d")).to be_a(LowJob)
      expect(latest).to have_attributes(class: LowJob, queue_name: "low", priority: 3)
      Pusher.trigger_job = nil
      Pusher.trigger_later("a", "e", "d")
      expect(latest).to have_attributes(class: Pusher::TriggerJob, queue_name: "default")
    end

    it "callbacks, which can stop it" do
      stub_const("NoJob", Class.new(Pusher::TriggerJob) { before_enqueue { throw :abort } })
      Pusher.trigger_job = NoJob
      expect(Pusher.trigger_later("a", "e", "d")).to be(false)
      expect(enqueued).to be_empty
    end

    it "a class that fits" do
      expect { Pusher.trigger_job = 7 }.to raise_error(ArgumentError, /trigger_job must be a class/)
      Pusher.trigger_job = ActiveJob::Base
      expect { Pusher.trigger_later("a", "e", "d") }.to raise_error(Pusher::Error, /not a subclass/)
    end
  end

  describe "have an idempotency key" do
    def keys = latest.arguments.last.then { |body| body["batch"] || [body] }.map { |event| event["idempotency_key"] }

    it "if the caller passes one" do
      Pusher.trigger_later("a", "e", "d", { idempotency_key: "order-1" })
      expect(keys).to eq(["order-1"])
      Pusher.trigger_batch_later({ channel: "a", name: "e", idempotency_key: "1" }, { channel: "a", name: "e" })
      expect(keys).to eq(["1", nil])
    end

    it "if the caller asks for one" do
      Pusher.trigger_later("a", "e", "d", { "idempotency_key" => true })
      expect(keys).to match([uuid])
      Pusher.later(idempotency_key: true).trigger_batch({ channel: "a", name: "e" }, { channel: "b", name: "e" })
      expect(keys).to match([uuid, uuid])
      expect(keys.uniq.size).to eq(2)
    end

    it "if all jobs have one, unless the caller wants none" do
      stub_const("OnceJob", Class.new(Pusher::TriggerJob) { self.idempotency_key = true })
      Pusher.trigger_job = OnceJob
      Pusher.trigger_later("a", "e", "d")
      expect(keys).to match([uuid])
      Pusher.trigger_later("a", "e", "d", { idempotency_key: nil })
      expect(latest.arguments.last.keys).to eq(%w[name channels data])
    end

    it "if all events of the client have one" do
      Pusher.default_client.idempotency_key = true
      Pusher.trigger_later("a", "e", "d")
      expect(keys).to match([uuid])
      Pusher.trigger_batch_later({ channel: "a", name: "e" }, { channel: "a", name: "e", idempotency_key: "1" })
      expect(keys).to match([uuid, "1"])
    end

    it "that stays the same if the job runs twice" do
      job = Pusher.later(idempotency_key: true).trigger("a", "e", "d").serialize
      2.times { ActiveJob::Base.execute(job) }
      sent = endpoint.requests.map { |request| JSON.parse(request.body)["idempotency_key"] }
      expect(sent).to match([uuid, sent.first])
    end

    it "only then" do
      Pusher.trigger_later("a", "e", "d")
      expect(keys).to eq([nil])
    end
  end

  describe "in a block of excluding" do
    it "exclude the socket, also if the job runs outside it" do
      Pusher.excluding("1.1") do
        Pusher.trigger_later("a", "e", "d")
        Pusher.trigger_batch_later({ channel: "a", name: "f" }, { channel: "a", name: "g", socket_id: "2.2" })
        Pusher.later.send_to_user("ann", "h", "d")
      end
      3.times { work_off }
      expect(endpoint.events.map { |event| [event.name, event.socket_id] })
        .to eq([%w[e 1.1], %w[f 1.1], %w[g 2.2], %w[h 1.1]])
    end

    it "exclude no other socket if the job runs inside another block" do
      Pusher.trigger_later("a", "e", "d")
      Pusher.trigger_batch_later({ channel: "a", name: "f" })
      Pusher.excluding("1.1") { 2.times { work_off } }
      expect(endpoint.events.map(&:socket_id)).to eq([nil, nil])
    end
  end

  describe "by another client" do
    let(:other) { Pusher::Client.new(**endpoint.client_options) }

    it "are sent by the client that is registered with this name" do
      Pusher.register_client(:other, other)
      other.trigger_later("a", "e", "d")
      expect(latest.arguments.last).to eq("other")
      expect(other).to receive(:post).with("/events", { name: "e", channels: ["a"], data: "d" }).and_call_original
      work_off
      expect(endpoint.events.size).to eq(1)
    end

    it "are refused if it has no name" do
      expect { other.trigger_later("a", "e", "d") }.to raise_error(Pusher::Error, /register_client/)
      expect { Pusher.register_client(:other, Pusher) }.to raise_error(ArgumentError, /must be a Pusher::Client/)
    end

    it "stay in the queue if the worker does not know the name" do
      job = Pusher::TriggerJob.new("/events", { "name" => "e", "channels" => ["a"], "data" => "d" }, "unknown")
      expect { ActiveJob::Base.execute(job.serialize) }
        .to raise_error(Pusher::ConfigurationError, /no client is registered as "unknown"/)
    end
  end
end
