# frozen_string_literal: true

require_relative "testing_helper"

# Objects are shown with `inspect`, whose format differs between versions of Ruby.
RSpec.describe Pusher::Testing::Matchers, "failure messages" do
  include_context "with the test mode"

  def message_of
    yield
    raise "the expectation did not fail"
  rescue RSpec::Expectations::ExpectationNotMetError => e
    e.message
  end

  def trigger_some
    client.trigger("orders", "created", { id: 1 })
    client.trigger(%w[orders all], "updated", { id: 2 }, { socket_id: "1.1" })
    client.trigger("private-encrypted-a", "e", "text")
  end

  def with(data) = "with #{data.inspect}"

  context "when the test mode is on" do
    around { |example| testing.fake! { example.run } }

    it "list the published events in columns" do
      trigger_some
      message = message_of do
        expect(Pusher).to have_triggered("created").on("orders", /x/).with(id: 2).encrypted.excluding("1.2")
      end

      expect(message).to eq(<<~TEXT.chomp)
        expected Pusher to have triggered "created" on "orders", /x/ #{with(id: 2)} encrypted excluding "1.2"
        but that did not happen; published:
          "created"  on "orders"               #{with("id" => 1)}
          "updated"  on "orders", "all"        #{with("id" => 2)} (excluding 1.1)
          "e"        on "private-encrypted-a"  with "text" (encrypted)
      TEXT
    end

    it "report that nothing was published" do
      expect(message_of { expect(client).to have_triggered(/x/) })
        .to eq("expected the client to have triggered /x/\nbut nothing was published")
      expect(message_of { expect { nil }.to(publish_event("e").with { true }) })
        .to eq("expected the block to publish \"e\" with data that satisfies the block\nbut nothing was published")
    end

    it "report how often the event was published" do
      trigger_some
      message = message_of { expect(Pusher).to have_triggered(anything).at_least(4).times }

      expect(message.lines.first(2).join).to eq(<<~TEXT)
        expected Pusher to have triggered anything at least 4 times
        but that happened 3 times; published:
      TEXT
      expect(message_of { expect(Pusher).to have_triggered("created").twice })
        .to start_with("expected Pusher to have triggered \"created\" exactly twice\nbut that happened once; publ")
      expect(message_of { expect(Pusher).to have_triggered.at_most(:once) })
        .to start_with("expected Pusher to have triggered an event at most once\nbut that happened 3 times; publ")
    end

    it "list failed events with their status or error" do
      testing.fail_with(503, times: 1)
      testing.fail_with(Errno::ECONNREFUSED, times: 1)
      [1, 2, 3].each { |n| error_of { client.trigger("c", "e#{n}", n) } }

      expect(message_of { expect(Pusher).to have_triggered("x") }).to eq(<<~TEXT.chomp)
        expected Pusher to have triggered "x"
        but that did not happen; published:
          "e3"  on "c"  with 3
        failed:
          "e1"  on "c"  with 1: 503
          "e2"  on "c"  with 2: Errno::ECONNREFUSED
      TEXT
      testing.clear
      testing.fail_with(503)
      error_of { client.trigger("c", "e", 1) }
      expect(message_of { expect(Pusher).to have_triggered("x") })
        .to end_with("but that did not happen; failed:\n  \"e\"  on \"c\"  with 1: 503")
    end

    it "list the matching events of a negated expectation" do
      trigger_some

      expect(message_of { expect(Pusher).not_to have_triggered.on("orders") }).to eq(<<~TEXT.chomp)
        expected Pusher not to have triggered an event on "orders"
        but that happened twice:
          "created"  on "orders"         #{with("id" => 1)}
          "updated"  on "orders", "all"  #{with("id" => 2)} (excluding 1.1)
      TEXT
      expect(message_of { expect { client.trigger("c", "e", nil) }.not_to publish_event }).to eq(<<~TEXT.chomp)
        expected the block not to publish an event
        but that happened once:
          "e"  on "c"  with nil
      TEXT
    end

    it "list only the events of the block for publish_event" do
      trigger_some

      expect(message_of { expect { client.trigger("c", "in", 1) }.to publish_event("out") }).to eq(<<~TEXT.chomp)
        expected the block to publish "out"
        but that did not happen; published:
          "in"  on "c"  with 1
      TEXT
    end

    it "list only the events of the client under test" do
      trigger_some
      expect(message_of { expect(client_of("4")).to have_triggered }).to end_with("but nothing was published")
    end

    it "describe nested matchers" do
      data = { id: a_value > 1, list: [a_kind_of(String), 1], of: Hash }
      matcher = have_triggered(a_string_starting_with("c")).with(data)

      expect(matcher.description).to match(
        /\Ahave triggered a string starting with "c" with {.*id.*a value > 1, .*list.*\[a kind of String, 1\], .*Hash}/
      )
      expect(publish_event.with(hash_including("a" => 1)).description).to match(/with hash_including\("a".*1\)\z/)
    end

    it "cut long values" do
      client.trigger("c", "e", "x" * 10_000)
      message = message_of { expect(Pusher).to have_triggered("x") }

      expect(message).to end_with("xxx…")
      expect(message.lines.last.length).to be < 600
    end
  end

  context "when the test mode is off" do
    let(:message) { "the test mode is off, so nothing is recorded: call Pusher::Testing.fake! first" }

    it "say so for every expectation" do
      expect(message_of { expect(Pusher).to have_triggered }).to eq(message)
      expect(message_of { expect(Pusher).not_to have_triggered }).to eq(message)
      expect(message_of { expect(client).to have_triggered }).to eq(message)
    end

    it "say so without calling the block of publish_event" do
      expect(message_of { expect { raise "called" }.to publish_event }).to eq(message)
      expect(message_of { expect { raise "called" }.not_to publish_event }).to eq(message)
    end
  end
end
