# frozen_string_literal: true

require_relative "testing_helper"

RSpec.describe Pusher::Testing::Matchers do
  include_context "with the test mode"

  around { |example| testing.fake! { example.run } }

  def trigger(name = "created", data = { id: 1 }, channel: "orders", by: client, **params)
    by.trigger(channel, name, data, params)
  end

  # Whether the matcher takes it, asked both ways.
  def matches?(matcher, subject = Pusher)
    positive = matcher.matches?(subject)
    expect(matcher.does_not_match?(subject)).to be(!positive)
    positive
  end

  describe "have_triggered" do
    it "looks for a name" do
      expect(Pusher).not_to have_triggered
      trigger

      expect(Pusher).to have_triggered
      expect(Pusher).to have_triggered("created")
      expect(Pusher).to have_triggered(/\Acre/)
      expect(Pusher).to have_triggered(a_string_ending_with("ted"))
      expect(Pusher).not_to have_triggered("create")
      expect(Pusher).not_to have_triggered(/\Ax/)
    end

    it "looks for channels, all of those that are given" do
      trigger(channel: %w[orders all])

      expect(Pusher).to have_triggered.on("orders")
      expect(Pusher).to have_triggered.on("all", "orders")
      expect(Pusher).to have_triggered.on(%w[all orders])
      expect(Pusher).to have_triggered.on(/\Aall/, start_with("ord"))
      expect(Pusher).not_to have_triggered.on("orders", "none")
      expect(Pusher).not_to have_triggered.on(/\Ax/)
    end

    {
      "Symbols as keys" => [{ id: 1, of: { status: :open, list: [{ a: nil }] } }, true],
      "Strings as keys" => [{ "id" => 1, "of" => { "status" => "open", "list" => [{ "a" => nil }] } }, true],
      "a part" => [{ id: 1 }, false],
      "more" => [{ id: 1, of: { status: :open, list: [{ a: nil }] }, more: nil }, false],
      "another value deep inside" => [{ id: 1, of: { status: :open, list: [{ a: 1 }] } }, false],
      "more elements" => [{ id: 1, of: { status: :open, list: [{ a: nil }, nil] } }, false],
      "fewer elements" => [{ id: 1, of: { status: :open, list: [] } }, false],
      "a class" => [Hash, true],
      "another class" => [Array, false],
      "classes inside" => [{ id: Integer, of: Hash }, true],
      "a Range inside" => [{ id: 1..2, of: Hash }, true],
      "a Proc" => [->(data) { data["id"] == 1 }, true],
      "a Proc inside that says no" => [{ id: lambda(&:zero?), of: Hash }, false],
      "a String" => ["x", false],
      "the String that was sent" => ['{"id":1,"of":{"status":"open","list":[{"a":null}]}}', true],
      "a Regexp for it" => [/"status":"open"/, true],
      "an Array" => [[], false],
      "nil" => [nil, false]
    }.each do |kind, (expected, is_match)|
      it "#{is_match ? "takes" : "refuses"} #{kind} for data" do
        trigger("created", { id: 1, of: { status: "open", list: [{ a: nil }] } })

        expect(matches?(have_triggered.with(expected))).to be(is_match)
      end
    end

    it "takes matchers for data, and inside of it, with Symbols or Strings as keys" do
      trigger("created", { id: 1, of: { status: "open", list: [{ a: nil }] } })

      [a_hash_including(id: 1), a_hash_including("id" => 1), hash_including(id: 1), hash_including("id" => 1),
       include(of: a_hash_including(status: "open")), { id: a_value > 0, of: include("status") },
       match(id: 1, of: { status: "open", list: [{ a: nil }] }), anything,
       { id: anything, of: hash_including(:list) }].each do |expected|
        expect(Pusher).to have_triggered.with(expected)
      end
      [a_hash_including(id: 2), hash_including(no: 1), { id: a_value < 0, of: anything }, a_string_matching("open"),
       { id: a_string_matching("1"), of: anything }].each do |expected|
        expect(Pusher).not_to have_triggered.with(expected)
      end
    end

    it "tells nil, false and nothing given apart" do
      trigger("nil", nil)
      trigger("false", false)

      expect(Pusher).to have_triggered("nil").with(nil)
      expect(Pusher).to have_triggered("false").with(false)
      expect(Pusher).not_to have_triggered("false").with(nil)
      expect(Pusher).to have_triggered("false")
    end

    it "takes objects for what the JSON engine makes of them" do
      time = Time.at(0).utc
      trigger("created", { at: time, on: [Date.new(2020, 1, 2)] })

      expect(Pusher).to have_triggered.with(at: time, on: [Date.new(2020, 1, 2)])
      expect(Pusher).not_to have_triggered.with(at: time + 1, on: [Date.new(2020, 1, 2)])
      expect(Pusher).not_to have_triggered.with(at: Float::NAN, on: [])
    end

    it "compares text as it is" do
      trigger("text", "hello")
      trigger("number", "7")

      expect(Pusher).to have_triggered("text").with("hello")
      expect(Pusher).to have_triggered("text").with(/ell/)
      expect(Pusher).to have_triggered("number").with(7)
      expect(Pusher).to have_triggered("number").with("7")
      expect(Pusher).not_to have_triggered("text").with("hell")
    end

    it "looks at data with a block, of its own or of to" do
      trigger

      expect(Pusher).to(have_triggered.with { |data| data["id"] == 1 })
      expect(Pusher).not_to(have_triggered.with { |data| data["id"] == 2 })
      expect(Pusher).to have_triggered("created") do |data|
        data["id"] == 1
      end
      expect(Pusher).not_to have_triggered("created") do |data|
        data["id"] == 2
      end
    end

    it "wants either data or a block" do
      expect { have_triggered.with }.to raise_error(ArgumentError, "with takes the data, or a block that looks at it")
      expect { have_triggered.with(1, 2) }.to raise_error(ArgumentError)
      expect { have_triggered.with(1) { true } }.to raise_error(ArgumentError)
    end

    it "joins what several chains say" do
      trigger("created", { id: 1, a: 1 })

      expect(Pusher).to have_triggered.with(include(id: 1)).with(include(a: 1)).on("orders").on(/./)
      expect(Pusher).not_to have_triggered.with(include(id: 1)).with(include(a: 2))
      expect(Pusher).not_to have_triggered.on("orders").on("others")
    end

    it "looks at encrypted events alone" do
      trigger
      expect(Pusher).not_to have_triggered.encrypted
      trigger(channel: "private-encrypted-a")

      expect(Pusher).to have_triggered("created").on("private-encrypted-a").with(id: 1).encrypted.once
    end

    it "looks for the socket that is left out" do
      trigger(socket_id: "1.1")

      expect(Pusher).to have_triggered.excluding("1.1")
      expect(Pusher).to have_triggered.excluding(/\A1/)
      expect(Pusher).not_to have_triggered.excluding("1.2")
    end

    {
      ->(m) { m.once } => [1], ->(m) { m.twice } => [2], ->(m) { m.thrice } => [3],
      ->(m) { m.exactly(2).times } => [2], ->(m) { m.exactly(:once) } => [1], ->(m) { m.exactly(0).times } => [0],
      ->(m) { m.at_least(2).times } => [2, 3], ->(m) { m.at_least(:once) } => [1, 2, 3],
      ->(m) { m.at_most(1).time } => [0, 1], ->(m) { m.at_most(:twice) } => [0, 1, 2], ->(m) { m } => [1, 2, 3]
    }.each do |chain, counts|
      it "counts #{chain.call(Pusher::Testing::Matchers::HaveTriggered.new("e")).description}" do
        results = Array.new(4) do
          matches?(chain.call(have_triggered("created"))).tap { trigger }
        end

        expect(results).to eq((0..3).map { |count| counts.include?(count) })
      end
    end

    it "wants a number to count" do
      ["2", -1, nil, :often].each do |number|
        expect { have_triggered.exactly(number) }.to raise_error(ArgumentError, /is no number of times/)
      end
    end

    it "counts each event of a batch" do
      client.trigger_batch([{ channel: "a", name: "e", data: 1 }, { channel: "b", name: "e", data: 1 }])

      expect(Pusher).to have_triggered("e").twice
    end

    it "is asked of a client for its own events, and of the modules for all" do
      other = client_of("4")
      trigger
      trigger("mine", by: other)

      expect(other).to have_triggered.once
      expect(other).to have_triggered("mine")
      expect(other).not_to have_triggered("created")
      expect([Pusher, testing]).to all(have_triggered.twice)
      expect(client.dup).not_to have_triggered
      expect { expect("other").to have_triggered }
        .to raise_error(ArgumentError, 'events are those of Pusher or of a client, not of "other"')
    end

    it "sees nothing of failed requests" do
      testing.fail_with(500)
      error_of { trigger }

      expect(Pusher).not_to have_triggered
    end

    it "composes" do
      trigger("a")
      trigger("b")

      expect(Pusher).to have_triggered("a").and have_triggered("b").on("orders")
      expect(Pusher).to have_triggered("x").or have_triggered("b")
      expect([Pusher, client]).to match([have_triggered("a"), have_triggered("b")])
      RSpec::Matchers.define_negated_matcher(:have_not_triggered, :have_triggered)
      expect(Pusher).to have_triggered("a").and have_not_triggered("x")
    end
  end

  describe "publish_event" do
    it "counts what the block publishes, and nothing else" do
      trigger
      expect { trigger("updated") }.to publish_event("updated").on("orders").with(id: 1).once
      expect { trigger("updated") }.to publish_event.once
      expect { trigger("updated") }.not_to publish_event("created")
      expect { 2.times { trigger("updated") } }.to publish_event.twice

      expect(Pusher).to have_triggered("updated").exactly(5).times
    end

    it "counts what threads and fibers of the block publish, and what other threads do not" do
      go = Queue.new
      done = Queue.new
      other = Thread.new { go.pop && trigger("other") && (done << true) }
      publishing = lambda do
        go << true
        Timeout.timeout(30) { done.pop }
        Thread.new { trigger("thread") }.join
        Fiber.new { trigger("fiber") }.resume
      end

      # Before Ruby 3.2 threads do not inherit: the other one takes part in what was opened last.
      expect(&publishing).to publish_event.exactly(Fiber.respond_to?(:[]=) ? 2 : 3).times
      other.join
      expect(Pusher).to have_triggered.thrice
    end

    it "answers, fails and records as outside" do
      testing.fail_with(500, times: 1)
      testing.answer("/channels", { channels: { a: {} } })

      expect { error_of { trigger } }.not_to publish_event
      expect do
        expect(client.channels).to eq(channels: { "a" => {} })
        trigger
        expect(testing.events.size).to eq(1)
        testing.fail_with(500)
      end.to publish_event
      expect { trigger }.to raise_error(Pusher::Error)
    end

    it "composes, with itself and with others" do
      list = []
      expect { list << trigger("a") << trigger("b") }
        .to publish_event("a").and publish_event("b").with(id: 1).and change(list, :size).by(2)
      expect { trigger("a") }.to publish_event("x").or publish_event("a")
    end

    it "looks at data with a block of to" do
      expect { trigger }.to publish_event do |data|
        data["id"] == 1
      end
      expect { trigger }.not_to publish_event do |data|
        data["id"] == 2
      end
    end

    it "lets errors of the block through" do
      expect { expect { raise IOError }.to publish_event }.to raise_error(IOError)
    end

    it "takes nothing but blocks" do
      expect { publish_event.matches?(1) }
        .to raise_error(ArgumentError, "publish_event is asked of a block: expect { … }.to publish_event")
      expect(publish_event).to have_attributes(supports_value_expectations?: false)
    end
  end
end
