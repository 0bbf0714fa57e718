# frozen_string_literal: true

require_relative "e2e_helper"

RSpec.describe "Publishing to a real server", :e2e do
  let(:channel) { unique("news") }
  let(:ann) { subscribe("ann", channel) }

  it "delivers an event to a subscriber" do
    ann
    expect(pusher.trigger(channel, "headline", { title: "Hello", tags: [1, 2.5, nil, true] })).to be_a(Hash)
    expect(received(ann, channel)).to eq([["headline", { "title" => "Hello", "tags" => [1, 2.5, nil, true] }]])
    expect(travelled(ann, channel)).to eq([["headline", "{\"title\":\"Hello\",\"tags\":[1,2.5,null,true]}"]])
  end

  {
    "plain text" => "Hello",
    "nothing" => "",
    "unicode" => "Grüße, 世界, مرحبا, 🌍 and a\u0301",
    "quotes and backslashes" => %q("'\\\n\"),
    "control characters" => "line\nline\r\n\tand \u0001 \u007f \u2028",
    "markup" => "</script><!-- & -->%20+",
    "JSON as text" => "{\"a\" : 1}",
    "9 KB" => "x" * 9_000,
    "9 KB of unicode" => "世界🌍" * 900
  }.each do |what, text|
    it "delivers #{what} unchanged" do
      ann
      pusher.trigger(channel, "text", text)
      expect(travelled(ann, channel)).to eq([["text", text]])
    end
  end

  it "delivers events in order" do
    ann
    200.times { |number| pusher.trigger(channel, "tick", { number: }) }
    expect(received(ann, channel)).to eq((0...200).map { |number| ["tick", { "number" => number }] })
  end

  it "reaches several channels with one event" do
    channels = Array.new(3) { unique("room") }
    both = subscribe("ann", *channels.first(2))
    last = subscribe("ben", channels.last)
    pusher.trigger(channels, "greet", "all")
    expect(channels.first(2).map { |name| received(both, name) }).to all(eq([%w[greet all]]))
    expect(received(last, channels.last)).to eq([%w[greet all]])
  end

  it "reaches a hundred channels with one event" do
    ann
    pusher.trigger([*Array.new(99) { |number| "#{channel}-#{number}" }, channel], "greet", "all")
    expect(received(ann, channel)).to eq([%w[greet all]])
  end

  it "reaches a channel with all kinds of valid characters in its name" do
    odd = unique("Az09_-=@,.;")
    reader = subscribe("ann", odd)
    pusher[odd].trigger!("greet", "you")
    expect(received(reader, odd)).to eq([%w[greet you]])
  end

  it "delivers the events of a batch to their channels, in order" do
    other = unique("scores")
    reader = subscribe("ann", channel, other)
    events = Array.new(10) { |number| { channel: [channel, other][number % 2], name: "n#{number}", data: { number: } } }
    expect(pusher.trigger_batch(events)).to eq({})
    got = [channel, other].map { |name| received(reader, name) }
    expect(got.map { |list| list.map(&:first) }).to eq([%w[n0 n2 n4 n6 n8], %w[n1 n3 n5 n7 n9]])
    expect(got.flatten(1).map(&:last)).to match_array((0..9).map { |number| { "number" => number } })
  end

  it "delivers each event that a batch collects once, in order" do
    secret = unique("private-encrypted-room")
    reader = subscribe("ann", channel, secret)
    attributes = pusher.batch do |batch|
      95.times { |number| batch.trigger([channel, secret], "n#{number}", { number: }) }
    end
    expected = (0...95).map { |number| ["n#{number}", { "number" => number }] }
    expect(attributes).to eq([{}] * 190)
    expect([channel, secret].map { |name| received(reader, name) }).to eq([expected, expected])
  end

  it "delivers each background event once, in the order of its channel, if several are sent together" do
    Pusher.async_batch_size = 10
    other = unique("scores")
    reader = subscribe("ann", channel, other)
    requests = Array.new(200) { |number| pusher.trigger_async([channel, other][number % 2], "n", { number: }) }
    expect(requests.map { |request| request.pop.status }.uniq).to eq([200])
    expect(received(reader, channel)).to eq((0...200).step(2).map { |number| ["n", { "number" => number }] })
    expect(received(reader, other)).to eq((1...200).step(2).map { |number| ["n", { "number" => number }] })
  ensure
    Pusher.async_batch_size = 1
  end

  { "an illegal name" => ["x" * 201, "", 400], "a name of too many bytes" => ["é" * 101, "", 400],
    "too much data" => ["big", "x" * 10_241, 413] }
    .each do |what, (name, data, status)|
    it "delivers each other event of a batch once if one has #{what}" do
      ann
      collect = lambda do |batch|
        5.times { |number| number == 2 ? batch.trigger(channel, name, data) : batch.trigger(channel, "n#{number}", "") }
      end
      expect { pusher.batch(&collect) }.to raise_error(Pusher::BatchError) { |error|
        expect(error.failed.map { |event, reason| [event[:name], reason.status] }).to eq([[name, status]])
        expect(error.sent.size).to eq(4)
      }
      expect(received(ann, channel).map(&:first)).to eq(%w[n0 n1 n3 n4])
    end
  end

  it "does not deliver an event to the socket that is excluded" do
    ann
    ben = subscribe("ben", channel)
    pusher.trigger(channel, "one", "1", { socket_id: ann.socket_id })
    pusher.trigger_batch({ channel:, name: "two", data: "2", socket_id: ann.socket_id }, { channel:, name: "three" })
    pusher[channel].trigger!("four", "4", ben.socket_id)
    expect(received(ann, channel)).to eq([["three", nil], ["four", 4]])
    expect(received(ben, channel)).to eq([["one", 1], ["two", 2], ["three", nil]])
  end

  it "does not deliver the events of Pusher.excluding to that socket" do
    ben = subscribe("ben", channel)
    Pusher.excluding(ann.socket_id) do
      pusher.trigger(channel, "one", "1")
      pusher.trigger_batch({ channel:, name: "two", data: "2" })
      pusher.batch { |batch| batch.trigger(channel, "three", "3") }
      pusher.trigger_async(channel, "four", "4").pop
      pusher.trigger(channel, "all", "5", { socket_id: nil })
    end
    expect(received(ann, channel).map(&:first)).to eq(%w[all])
    expect(received(ben, channel).map(&:first)).to eq(%w[one two three four all])
  end

  it "returns the requested attributes of the channels" do
    room = unique("presence-room")
    subscribe("ann", room)
    reply = pusher.trigger([room], "greet", "you", { info: "user_count,subscription_count" })
    expect(reply[:channels][room]).to include("user_count" => 1, "subscription_count" => 1)
  end

  it "works with the default client" do
    ann
    Pusher.url = stage.server.client_options.then do |options|
      "http://#{options[:key]}:#{options[:secret]}@#{options[:host]}:#{options[:port]}/apps/#{options[:app_id]}"
    end
    Pusher.trigger(channel, "one", "1")
    Pusher[channel].trigger("two", "2")
    expect(received(ann, channel)).to eq([["one", 1], ["two", 2]])
  end

  it "loses no event of eight threads that share a client" do
    ann
    Array.new(8) { |thread| Thread.new { 25.times { |n| pusher.trigger(channel, "t#{thread}", n.to_s) } } }.each(&:join)
    events = received(ann, channel)
    expect(events.group_by(&:first).transform_values { |list| list.map(&:last) })
      .to eq((0...8).to_h { |thread| ["t#{thread}", (0...25).to_a] })
  end
end
