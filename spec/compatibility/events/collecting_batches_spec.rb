# frozen_string_literal: true

require "compatibility_helper"

RSpec.describe "batch", :added do
  let(:client) { Pusher::Client.new(endpoint.client_options) }

  def names
    endpoint.events.map(&:name)
  end

  def sizes
    endpoint.requests.map { |request| JSON.parse(request.body).fetch("batch").size }
  end

  # The error that the block raises.
  def batch_error
    yield
    nil
  rescue Pusher::BatchError => e
    e
  end

  def names_of(events)
    events.map { |event| event[:name] }
  end

  it "publishes 95 events in order, with 10 requests" do
    client.batch { |batch| 95.times { |number| batch.trigger("news", "n#{number}", { number: }) } }
    expect(names).to eq(Array.new(95) { |number| "n#{number}" })
    expect(endpoint.requests.map(&:path).uniq).to eq(["/apps/3/batch_events"])
    expect(sizes).to eq(([10] * 9) + [5])
  end

  it "sends a request as soon as enough events are together" do
    client.batch(size: 2) do |batch|
      batch.trigger("news", "first", 1)
      expect(endpoint.requests.size).to eq(0)
      batch.trigger("news", "second", 2)
      expect(names).to eq(%w[first second])
      batch.trigger("news", "third", 3)
    end
    expect(sizes).to eq([2, 1])
  end

  it "sends nothing for a block that triggers nothing" do
    expect(client.batch { nil }).to eq([])
    expect(endpoint.requests).to be_empty
  end

  it "publishes an event on each of its channels" do
    client.batch { |batch| batch.trigger(["news", :sports], "goal", { a: 1 }, { socket_id: "1.1" }) }
    expect(endpoint.events.map { |event| [event.channel, event.name, event.data, event.socket_id] })
      .to eq([["news", "goal", '{"a":1}', "1.1"], ["sports", "goal", '{"a":1}', "1.1"]])
  end

  it "publishes on more channels than one event may have" do
    client.batch { |batch| batch.trigger(Array.new(101) { |number| "c#{number}" }, "goal", "") }
    expect(endpoint.events.map(&:channel)).to eq(Array.new(101) { |number| "c#{number}" })
  end

  it "publishes to a signed-in user" do
    client.batch { |batch| batch.trigger("#server-to-user-ann", "greet", "you") }
    expect(endpoint.events.first.channel).to eq("#server-to-user-ann")
  end

  it "encrypts each event for its channel" do
    client.encryption_master_key = "k" * 32
    rooms = %w[private-encrypted-a private-encrypted-b]
    readers = rooms.map { |room| endpoint.subscribe(room, auth: client.authenticate(room, "1.1")) }
    client.batch { |batch| batch.trigger([*rooms, "news"], "goal", { a: 1 }) }
    expect(readers.map { |reader| reader.wait_for(1).first.json }).to eq([{ "a" => 1 }] * 2)
    expect(endpoint.events.map(&:data).uniq.size).to eq(3)
  end

  it "returns the requested attributes of each event, in order" do
    attributes = client.batch(size: 2) do |batch|
      batch.trigger("news", "a", "", { info: "subscription_count" })
      batch.trigger("news", "b", "")
      batch.trigger("news", "c", "")
      batch.trigger("presence-a", "d", "", info: "user_count")
    end
    expect(attributes).to eq([{ "subscription_count" => 0 }, {}, {}, { "user_count" => 0 }])
  end

  it "returns no attributes if the reply is empty" do
    endpoint.reply_with(status: 202)
    expect(client.batch { |batch| batch.trigger(%w[a b], "e", "") }).to eq([{}, {}])
  end

  it "publishes what its arguments were when the event was triggered" do
    name = +"first"
    channel = +"news"
    data = +"1"
    params = { socket_id: +"1.1" }
    client.batch do |batch|
      batch.trigger(channel, name, data, params)
      [name, channel, data, params[:socket_id]].each { |text| text.replace("other") }
      params[:socket_id] = "2.2"
    end
    expect(endpoint.events.map { |event| [event.channel, event.name, event.data, event.socket_id] })
      .to eq([["news", "first", "1", "1.1"]])
  end

  it "works with the default client" do
    Pusher.url = endpoint.url
    Pusher.batch(size: 1) { |batch| 2.times { batch.trigger("news", "first", "1") } }
    expect(sizes).to eq([1, 1])
  end

  describe "an invalid event" do
    {
      "an illegal channel name" => [["no spaces", "e", "d"], Pusher::Error, /Illegal channel name 'no spaces'/],
      "a missing channel" => [[nil, "e", "d"], Pusher::Error, /Illegal channel name nil/],
      "no channels" => [[[], "e", "d"], Pusher::Error, /at least one channel/],
      "data that cannot be encoded" => [["news", "e", Float::NAN], Pusher::Error, /encoded as JSON/],
      "too much data" => [[%w[a b c d e], "big", "x" * 101], Pusher::PayloadTooLargeError,
                          /"big" on "a" has 101 .*100/],
      "a missing master key" => [%w[private-encrypted-a e d], Pusher::ConfigurationError, /master_key/]
    }.each do |what, (arguments, error, message)|
      it "raises where it is triggered for #{what}" do
        client.max_event_bytes = 100 if what == "too much data"
        client.batch do |batch|
          batch.trigger("news", "before", "")
          begin
            batch.trigger(*arguments)
          rescue Pusher::Error => e
            expect(e).to be_instance_of(error).and have_attributes(message:)
          end
          batch.trigger("news", "after", "")
        end
        expect(names).to eq(%w[before after])
      end
    end
  end

  it "sends the events of a refused request one by one, so that a bad one fails alone" do
    [400, 200, 200, 413, 200].each { |status| endpoint.reply_with(status:, body: status == 200 ? "{}" : "no") }
    error = batch_error { client.batch(size: 4) { |batch| 6.times { |number| batch.trigger("c", "n#{number}", "") } } }
    expect(sent_names).to eq([%w[n0 n1 n2 n3], %w[n0], %w[n1], %w[n2], %w[n3], %w[n4 n5]])
    expect(names_of(error.sent)).to eq(%w[n0 n1 n3 n4 n5])
    expect(error.failed.map { |event, reason| [event[:name], reason.status] }).to eq([["n2", 413]])
    expect(error.unsent).to be_empty
    expect(error.message).to start_with("5 events published, 1 failed: Payload Too Large")
    expect(error).to have_attributes(status: 413, cause: error.failed.first.error, retriable?: false)
  end

  # Servers that publish a part of a refused request would publish this part twice.
  {
    "a name that is too long" => ["news", "x" * 201, ""],
    "too much data" => ["news", "bad", "x" * 10_241],
    "an invalid socket id" => ["news", "bad", "", { "socket_id" => "1" }],
    "a request for the users of a channel that has none" => ["news", "bad", "", { info: "user_count" }]
  }.each do |what, arguments|
    it "sends an event with #{what} in a request of its own" do
      error = batch_error do
        client.batch do |batch|
          batch.trigger("news", "a", "")
          batch.trigger(*arguments)
          batch.trigger("news", "b", "")
          batch.trigger("presence-a", "c", "", { info: "user_count", socket_id: "1.1" })
        end
      end
      expect(sent_names).to eq([%w[a], [arguments[1]], %w[b c]])
      expect(error.failed.size).to eq(1)
    end
  end

  def sent_names
    endpoint.requests.map { |request| JSON.parse(request.body).fetch("batch").map { |event| event["name"] } }
  end

  it "fails an event alone that is too large for the service" do
    error = batch_error do
      client.batch do |batch|
        batch.trigger("news", "a", "")
        batch.trigger("news", "big", "x" * 10_241)
        batch.trigger("news", "b", "")
      end
    end
    expect(names).to eq(%w[a b])
    expect(error.failed.map(&:error)).to match([an_instance_of(Pusher::PayloadTooLargeError)])
  end

  it "stops at any other error, and lists what was not sent" do
    endpoint.reply_with { endpoint_reply(200) }
    endpoint.reply_with { endpoint_reply(503) }
    error = batch_error { client.batch(size: 2) { |batch| batch.trigger(%w[a b c d e], "e", "d") } }
    expect(error.sent.map { |event| event[:channel] }).to eq(%w[a b])
    expect(error.failed.map { |event, reason| [event[:channel], reason.status] }).to eq([["c", 503], ["d", 503]])
    expect(error.unsent).to eq([{ channel: "e", name: "e", data: "d" }])
    expect(error).to have_attributes(status: 503, retriable?: true, message: /2 events published, 2 failed, 1 not sent/)
    expect(client.trigger_batch(*error.unsent)).to eq({})
    expect(endpoint.events.map(&:channel)).to eq(%w[e])
  end

  def endpoint_reply(status)
    ChannelsApi::Reply.new(status:, body: status == 200 ? "{}" : "")
  end

  it "raises again at the end if the block rescues the error, and takes no more events" do
    endpoint.reply_with(status: 401, body: "who?")
    error = batch_error do
      client.batch(size: 1) do |batch|
        expect { batch.trigger("a", "e", "d") }.to raise_error(Pusher::BatchError)
        expect { batch.trigger("b", "e", "d") }.to raise_error(Pusher::Error, /has stopped/)
      end
    end
    expect(error.cause).to be_instance_of(Pusher::AuthenticationError)
    expect(endpoint.requests.size).to eq(1)
  end

  it "sends no more events if the block raises, and passes the exception on" do
    broken = Class.new(StandardError)
    block = lambda do |batch|
      3.times { |number| batch.trigger("news", "n#{number}", "") }
      raise broken
    end
    expect { client.batch(size: 2, &block) }.to raise_error(broken)
    expect(names).to eq(%w[n0 n1])
  end

  it "logs the failures that an exception of the block hides" do
    log = StringIO.new
    Pusher.logger = Logger.new(log)
    block = lambda do |batch|
      batch.trigger("news", "x" * 201, "secret data")
      raise KeyError
    end
    expect { client.batch(size: 1, &block) }.to raise_error(KeyError)
    expect(log.string).to match(/ERROR.*an event of a batch failed: "xxx.*Bad request/)
    expect(log.string).not_to include("secret data")
  end

  it "takes no events after its end" do
    kept = nil
    client.batch { |batch| kept = batch }
    expect { kept.trigger("a", "e", "d") }.to raise_error(Pusher::Error, /has ended/)
  end

  it "takes a batch inside another" do
    client.batch do |outer|
      outer.trigger("a", "outer", "")
      client.batch { |inner| inner.trigger("a", "inner", "") }
    end
    expect(names).to eq(%w[inner outer])
  end

  it "needs a block and a positive size" do
    expect { client.batch }.to raise_error(ArgumentError, /block/)
    [0, "10", 1.5, nil].each do |size|
      expect { client.batch(size:) { nil } }.to raise_error(ArgumentError, /positive Integer, got #{size.inspect}/)
    end
  end
end
