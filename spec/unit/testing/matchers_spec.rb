# frozen_string_literal: true

require_relative "testing_helper"

RSpec.describe Pusher::Testing::Matchers do
  include_context "with the test mode"

  around { |example| testing.fake! { example.run } }

  def trigger(name = "created", data = { id: 1 }, channel: "orders", by: client, **params)
    by.trigger(channel, name, data, params)
  end

  # Whether the matcher matches, checked positively and negatively.
  def matches?(matcher, subject = Pusher)
    positive = matcher.matches?(subject)
    expect(matcher.does_not_match?(subject)).to be(!positive)
    positive
  end

  describe "have_triggered" do
    it "matches by name" do
      expect(Pusher).not_to have_triggered
      trigger

      expect(Pusher).to have_triggered
      expect(Pusher).to have_triggered("created")
      expect(Pusher).to have_triggered(/\Acre/)
      expect(Pusher).to have_triggered(a_string_ending_with("ted"))
      expect(Pusher).not_to have_triggered("create")
      expect(Pusher).not_to have_triggered(/\Ax/)
    end

    it "matches events published to all given channels" do
      trigger(channel: %w[orders all])

      expect(Pusher).to have_triggered.on("orders")
      expect(Pusher).to have_triggered.on("all", "orders")
      expect(Pusher).to have_triggered.on(%w[all orders])
      expect(Pusher).to have_triggered.on(/\Aall/, start_with("ord"))
      expect(Pusher).not_to have_triggered.on("orders", "none")
      expect(Pusher).not_to have_triggered.on(/\Ax/)
    end

    {
      "a Hash with Symbols as keys" => [{ id: 1, of: { status: :open, list: [{ a: nil }] } }, true],
      "a Hash with Strings as keys" => [{ "id" => 1, "of" => { "status" => "open", "list" => [{ "a" => nil }] } },
                                        true],
      "a Hash with some of the keys" => [{ id: 1 }, false],
      "a Hash with additional keys" => [{ id: 1, of: { status: :open, list: [{ a: nil }] }, more: nil }, false],
      "a Hash with another nested value" => [{ id: 1, of: { status: :open, list: [{ a: 1 }] } }, false],
      "a Hash with a longer Array" => [{ id: 1, of: { status: :open, list: [{ a: nil }, nil] } }, false],
      "a Hash with a shorter Array" => [{ id: 1, of: { status: :open, list: [] } }, false],
      "the class Hash" => [Hash, true],
      "the class Array" => [Array, false],
      "a Hash with classes as values" => [{ id: Integer, of: Hash }, true],
      "a Hash with a Range as a value" => [{ id: 1..2, of: Hash }, true],
      "a Proc that returns true" => [->(data) { data["id"] == 1 }, true],
      "a Hash with a Proc that returns false" => [{ id: lambda(&:zero?), of: Hash }, false],
      "another String" => ["x", false],
      "the JSON that was sent" => ['{"id":1,"of":{"status":"open","list":[{"a":null}]}}', true],
      "a Regexp for the JSON that was sent" => [/"status":"open"/, true],
      "an Array" => [[], false],
      "nil" => [nil, false]
    }.each do |kind, (expected, is_match)|
      it "#{is_match ? "accepts" : "rejects"} #{kind} as data" do
        trigger("created", { id: 1, of: { status: "open", list: [{ a: nil }] } })

        expect(matches?(have_triggered.with(expected))).to be(is_match)
      end
    end

    it "accepts matchers as data and nested in it, with Symbols or Strings as keys" do
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

    it "distinguishes nil, false and no given data" do
      trigger("nil", nil)
      trigger("false", false)

      expect(Pusher).to have_triggered("nil").with(nil)
      expect(Pusher).to have_triggered("false").with(false)
      expect(Pusher).not_to have_triggered("false").with(nil)
      expect(Pusher).to have_triggered("false")
    end

    it "compares other objects by their JSON" do
      time = Time.at(0).utc
      trigger("created", { at: time, on: [Date.new(2020, 1, 2)] })

      expect(Pusher).to have_triggered.with(at: time, on: [Date.new(2020, 1, 2)])
      expect(Pusher).not_to have_triggered.with(at: time + 1, on: [Date.new(2020, 1, 2)])
      expect(Pusher).not_to have_triggered.with(at: Float::NAN, on: [])
    end

    it "compares Strings with the data as sent and as parsed" do
      trigger("text", "hello")
      trigger("number", "7")

      expect(Pusher).to have_triggered("text").with("hello")
      expect(Pusher).to have_triggered("text").with(/ell/)
      expect(Pusher).to have_triggered("number").with(7)
      expect(Pusher).to have_triggered("number").with("7")
      expect(Pusher).not_to have_triggered("text").with("hell")
    end

    it "passes data to a block of `with` or of `to`" do
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

    it "raises ArgumentError for `with` unless it gets either data or a block" do
      expect { have_triggered.with }.to raise_error(ArgumentError, "with takes either the expected data or a block")
      expect { have_triggered.with(1, 2) }.to raise_error(ArgumentError)
      expect { have_triggered.with(1) { true } }.to raise_error(ArgumentError)
    end

    it "combines repeated conditions" do
      trigger("created", { id: 1, a: 1 })

      expect(Pusher).to have_triggered.with(include(id: 1)).with(include(a: 1)).on("orders").on(/./)
      expect(Pusher).not_to have_triggered.with(include(id: 1)).with(include(a: 2))
      expect(Pusher).not_to have_triggered.on("orders").on("others")
    end

    it "matches only encrypted events with `encrypted`" do
      trigger
      expect(Pusher).not_to have_triggered.encrypted
      trigger(channel: "private-encrypted-a")

      expect(Pusher).to have_triggered("created").on("private-encrypted-a").with(id: 1).encrypted.once
    end

    it "matches by the excluded socket" do
      trigger(socket_id: "1.1")

      expect(Pusher).to have_triggered.excluding("1.1")
      expect(Pusher).to have_triggered.excluding(/\A1/)
      expect(Pusher).not_to have_triggered.excluding("1.2")
    end

    {
      "once" => [->(m) { m.once }, [1]],
      "twice" => [->(m) { m.twice }, [2]],
      "thrice" => [->(m) { m.thrice }, [3]],
      "exactly(2).times" => [->(m) { m.exactly(2).times }, [2]],
      "exactly(:once)" => [->(m) { m.exactly(:once) }, [1]],
      "exactly(0).times" => [->(m) { m.exactly(0).times }, [0]],
      "at_least(2).times" => [->(m) { m.at_least(2).times }, [2, 3]],
      "at_least(:once)" => [->(m) { m.at_least(:once) }, [1, 2, 3]],
      "at_most(1).time" => [->(m) { m.at_most(1).time }, [0, 1]],
      "at_most(:twice)" => [->(m) { m.at_most(:twice) }, [0, 1, 2]],
      "no count" => [->(m) { m }, [1, 2, 3]]
    }.each do |name, (chain, counts)|
      it "matches #{counts.join(" or ")} of 0 to 3 events with #{name}" do
        results = Array.new(4) do
          matches?(chain.call(have_triggered("created"))).tap { trigger }
        end

        expect(results).to eq((0..3).map { |count| counts.include?(count) })
      end
    end

    it "raises ArgumentError for a count that is not a number of times" do
      ["2", -1, nil, :often].each do |number|
        expect { have_triggered.exactly(number) }.to raise_error(ArgumentError, /is not a number of times/)
      end
    end

    it "counts each event of a batch" do
      client.trigger_batch([{ channel: "a", name: "e", data: 1 }, { channel: "b", name: "e", data: 1 }])

      expect(Pusher).to have_triggered("e").twice
    end

    it "counts a client's own events, or those of every client for Pusher and Pusher::Testing" do
      other = client_of("4")
      trigger
      trigger("mine", by: other)

      expect(other).to have_triggered.once
      expect(other).to have_triggered("mine")
      expect(other).not_to have_triggered("created")
      expect([Pusher, testing]).to all(have_triggered.twice)
      expect(client.dup).not_to have_triggered
      expect { expect("other").to have_triggered }
        .to raise_error(ArgumentError, 'expected Pusher or a Pusher::Client, got "other"')
    end

    it "ignores events of failed requests" do
      testing.fail_with(500)
      error_of { trigger }

      expect(Pusher).not_to have_triggered
    end

    it "can be composed with other matchers" do
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
    it "counts only the events that the block publishes" do
      trigger
      expect { trigger("updated") }.to publish_event("updated").on("orders").with(id: 1).once
      expect { trigger("updated") }.to publish_event.once
      expect { trigger("updated") }.not_to publish_event("created")
      expect { 2.times { trigger("updated") } }.to publish_event.twice

      expect(Pusher).to have_triggered("updated").exactly(5).times
    end

    it "counts events of threads and fibers that the block starts, but not of other threads" do
      go = Queue.new
      done = Queue.new
      other = Thread.new { go.pop && trigger("other") && (done << true) }
      publishing = lambda do
        go << true
        Timeout.timeout(30) { done.pop }
        Thread.new { trigger("thread") }.join
        Fiber.new { trigger("fiber") }.resume
      end

      # Before Ruby 3.2 threads do not inherit a scope: the one opened last applies to the other thread, too.
      expect(&publishing).to publish_event.exactly(Fiber.respond_to?(:[]=) ? 2 : 3).times
      other.join
      expect(Pusher).to have_triggered.thrice
    end

    it "shares prepared replies, failures and the recording with the code around the block" do
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

    it "can be composed with itself and with other matchers" do
      list = []
      expect { list << trigger("a") << trigger("b") }
        .to publish_event("a").and publish_event("b").with(id: 1).and change(list, :size).by(2)
      expect { trigger("a") }.to publish_event("x").or publish_event("a")
    end

    it "passes data to a block of `to`" do
      expect { trigger }.to publish_event do |data|
        data["id"] == 1
      end
      expect { trigger }.not_to publish_event do |data|
        data["id"] == 2
      end
    end

    it "raises the errors of the block" do
      expect { expect { raise IOError }.to publish_event }.to raise_error(IOError)
    end

    it "raises ArgumentError for a subject that is not a block" do
      expect { publish_event.matches?(1) }
        .to raise_error(ArgumentError, "publish_event needs a block: expect { … }.to publish_event")
      expect(publish_event).to have_attributes(supports_value_expectations?: false)
    end
  end
end
