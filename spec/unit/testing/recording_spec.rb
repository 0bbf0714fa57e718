# frozen_string_literal: true

require_relative "testing_helper"

RSpec.describe Pusher::Testing, "recording" do
  include_context "with the test mode"

  around { |example| testing.fake! { example.run } }

  let(:event) { testing.events.last }

  it "records the channels, name, data and parameters of an event" do
    client.trigger("orders", "created", { id: 1, tags: [:new] }, { socket_id: "1.2", info: "user_count" })

    expect(event).to have_attributes(
      channels: ["orders"], channel: "orders", name: "created", data: { "id" => 1, "tags" => ["new"] },
      raw_data: '{"id":1,"tags":["new"]}', text: '{"id":1,"tags":["new"]}',
      params: { socket_id: "1.2", info: "user_count" }, client:, encrypted?: false
    )
  end

  it "parses data that is JSON, and keeps other data as a String" do
    client.trigger("c", "e", "hello")
    client.trigger("c", "e", "")
    client.trigger("c", "e", "[1,null]")
    client.trigger("c", "e", nil)

    expect(testing.events.map(&:data)).to eq(["hello", "", [1, nil], nil])
    expect(testing.events.map(&:raw_data)).to eq(["hello", "", "[1,null]", "null"])
  end

  it "parses deeply nested data" do
    client.trigger("c", "e", "#{"[" * 150}#{"]" * 150}")

    expect(event.data.flatten).to eq([])
  end

  it "records an event for several channels once" do
    client.trigger(%i[a b], "e", 1)

    expect(testing.events.map(&:channels)).to eq([%w[a b]])
  end

  it "records each event of a batch separately" do
    client.trigger_batch({ channel: "a", name: "one", data: { n: 1 } },
                         { channel: "private-encrypted-b", name: "two", data: { n: 2 }, socket_id: "1.1" })

    expect(testing.events.map(&:to_h)).to eq(
      [{ channels: ["a"], name: "one", data: { "n" => 1 }, params: {}, encrypted: false },
       { channels: ["private-encrypted-b"], name: "two", data: { "n" => 2 }, params: { socket_id: "1.1" },
         encrypted: true }]
    )
  end

  it "records each event that a batch collects, except for those that fail" do
    testing.fail_with(400, event: "bad")
    error = begin
      client.batch { |batch| %w[one bad two].each { |name| batch.trigger(%w[a private-encrypted-b], name, 1) } }
    rescue Pusher::BatchError => e
      e
    end

    expect(testing.events.map { |recorded| [recorded.name, recorded.channel, recorded.data] })
      .to eq(%w[one two].product(%w[a private-encrypted-b]).map { |pair| [*pair, 1] })
    expect(error.failed.map { |failed, _| failed.values_at(:name, :channel) })
      .to eq([%w[bad a], %w[bad private-encrypted-b]])
  end

  it "replies to a batch with the requested attributes" do
    attributes = client.batch do |batch|
      batch.trigger("a", "e", 1)
      batch.trigger("presence-a", "e", 1, { info: "user_count" })
    end
    expect(attributes).to eq([{}, { "user_count" => 0 }])
  end

  it "decrypts encrypted events, and keeps the encrypted data as raw_data" do
    client.trigger("private-encrypted-a", "e", { secret: "ü" })

    expect(event).to have_attributes(encrypted?: true, data: { "secret" => "ü" }, text: '{"secret":"ü"}')
    expect(JSON.parse(event.raw_data).keys).to eq(%w[nonce ciphertext])
  end

  it "decrypts an event with the key that was configured at the call" do
    client.trigger("private-encrypted-a", "e", "old")
    client.encryption_master_key = "another"
    client.trigger("private-encrypted-a", "e", "new")

    expect(testing.events.map(&:data)).to eq(%w[old new])
  end

  it "decrypts binary data" do
    client.trigger("private-encrypted-a", "e", "\xff\xfe".b)

    expect(event).to have_attributes(encrypted?: true, data: "\xff\xfe".b)
  end

  it "does not report plain data in an encrypted channel as encrypted" do
    client.post("/events", { name: "e", channels: ["private-encrypted-a"], data: "plain" })

    client.encryption_master_key = nil
    client.post("/events", { name: "e", channels: ["private-encrypted-a"], data: { "a" => 1 } })

    expect(testing.events.map { |event| [event.encrypted?, event.data] })
      .to eq([[false, "plain"], [false, { "a" => 1 }]])
  end

  it "records events of channels and of the module" do
    Pusher.url = "http://key:secret@127.0.0.1:1/apps/3"
    Pusher.trigger("a", "one", 1)
    client["b"].trigger("two", 2, "1.1")
    client["b"].trigger!("three", 3)

    expect(testing.events.map { |event| [event.channel, event.name, event.client] })
      .to eq([["a", "one", Pusher.default_client], ["b", "two", client], ["b", "three", client]])
  end

  it "records the client, which may be a copy or of a subclass" do
    copy = client.dup
    of_subclass = Class.new(Pusher::Client).new(app_id: "9", key: "k", secret: "s")
    client.trigger("c", "original", 1)
    [copy, of_subclass, client.dup].each { |other| other.trigger("c", "e", 1) }

    expect(testing.events.map(&:client).first(3)).to match([equal(client), equal(copy), equal(of_subclass)])
    expect(testing.events.last.client).not_to equal(client)
  end

  it "accepts frozen arguments, and records their state at the call" do
    data = { "list" => ["a"] }
    client.trigger(["c"].freeze, "e", data, {}.freeze)
    data["list"] << "b"
    client.trigger("c", "e", data.freeze)

    expect(testing.events.map(&:data)).to eq([{ "list" => ["a"] }, { "list" => %w[a b] }])
  end

  it "returns frozen events and copies of its lists" do
    client.trigger("c", "e", { "list" => ["a"] }, { socket_id: "1.1" })

    [event, event.channels, event.channel, event.name, event.raw_data, event.params, event.data, event.data["list"]]
      .each { |part| expect(part).to be_frozen }
    expect(testing.requests.last).to be_frozen
    testing.requests.clear
    testing.events.clear
    expect(testing.events.size).to eq(1)
  end

  it "compares, inspects and matches events as values" do
    2.times { client.trigger("c", "e", 1) }
    client.trigger("c", "e", 2)
    one, same, other = testing.events

    expect(one).to eq(same)
    expect(one).not_to eq(other)
    expect(one).not_to eq("e")
    expect([one, same, other].uniq.size).to eq(2)
    expect(one.inspect).to eq('#<Pusher::Testing::Event "e" on "c": 1>')
    expect((one in { channel: "c", name: /e/, data: Integer })).to be(true)
  end

  it "records requests with their parameters, without those of the signature" do
    client.get("/channels", { filter_by_prefix: "a b", info: %w[x y] })
    client.post("/events", { name: "e" })
    get, post = testing.requests

    expect(get).to have_attributes(verb: :get, path: "/channels", body: nil, events: [], client:, status: 200,
                                   params: { "filter_by_prefix" => "a b", "info" => %w[x y] }, error: nil)
    expect(post).to have_attributes(verb: :post, path: "/events", body: '{"name":"e"}', params: {})
    expect(post.inspect).to eq("#<Pusher::Testing::Request post /events: 200>")
  end

  it "records no event for a request to another resource" do
    expect(client.post("/users/1/terminate_connections", { name: "e", channels: ["c"], data: "1" })).to eq({})

    expect(testing.events).to be_empty
    expect(testing.requests.map(&:path)).to eq(["/users/1/terminate_connections"])
  end

  it "records events for users and terminated connections, also of the background" do
    client.send_to_user("7", "greeting", { a: 1 })
    client.send_to_user_async("7", "greeting", { a: 2 })
    client.terminate_user_connections("7")
    client.terminate_user_connections_async("7")

    expect(testing.events.map { |event| [event.channels, event.name, event.data] })
      .to eq([1, 2].map { |number| [["#server-to-user-7"], "greeting", { "a" => number }] })
    expect(testing.requests.map(&:path)).to eq((["/events"] * 2) + (["/users/7/terminate_connections"] * 2))
    expect(testing.requests.map(&:status)).to all(eq(200))
  end

  it "records the socket id of Pusher.excluding" do
    Pusher.excluding("1.1") do
      client.trigger("a", "event", "data")
      client.trigger_async("a", "event", "data")
    end
    expect(testing.events.map { |event| event.params[:socket_id] }).to eq(%w[1.1 1.1])
  end

  it "records requests of an HTTP client without a Pusher client" do
    reply = Pusher.const_get(:Internal)::HTTP::Client.new.request(:get, "http://127.0.0.1:1/apps/3/channels?a=1")

    expect(reply).to have_attributes(status: 200, body: '{"channels":{}}')
    expect(testing.requests.last).to have_attributes(client: nil, path: "/channels", params: { "a" => "1" })
  end

  it "deletes the recording, failures and prepared replies with clear" do
    testing.answer("/channels", { channels: { a: {} } })
    testing.fail_with(500)
    error_of { client.trigger("c", "e", 1) }
    expect(testing.clear).to be_nil

    expect([testing.events, testing.requests]).to eq([[], []])
    expect(client.trigger("c", "e", 1)).to eq({})
    expect(client.channels).to eq(channels: {})
  end

  it "keeps the library's own checks" do
    expect { client.trigger(%w[c] * 101, "e", 1) }.to raise_error(Pusher::Error, "Too many channels (101), max 100")
    expect { client.trigger("c", "e", Float::NAN) }.to raise_error(Pusher::Error, /could not be encoded/)
    expect { client["c"].trigger!("e", 1, "no") }.to raise_error(Pusher::Error, /Invalid socket ID/)
    client.key = nil
    expect { client.trigger("c", "e", 1) }.to raise_error(Pusher::ConfigurationError, /key/)
    expect(testing.requests).to be_empty
  end

  it "records correctly under GC.stress", :slow do
    GC.stress = true
    3.times { |n| client.trigger("private-encrypted-c", "e", { n: }) }
    GC.stress = false

    expect(testing.events.map(&:data)).to eq([{ "n" => 0 }, { "n" => 1 }, { "n" => 2 }])
  ensure
    GC.stress = false
  end
end
