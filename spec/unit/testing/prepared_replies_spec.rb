# frozen_string_literal: true

require_relative "testing_helper"

RSpec.describe Pusher::Testing, ".answer" do
  include_context "with the test mode"

  around { |example| testing.fake! { example.run } }

  context "without a prepared reply" do
    it "replies to queries as a server without subscribers does" do
      expect(client.channels).to eq(channels: {})
      expect(client.channel_info("presence-a")).to eq(occupied: false)
      expect(client["presence-a"].info(%w[user_count subscription_count cache]))
        .to eq(occupied: false, user_count: 0, subscription_count: 0)
      expect(client.channel_users("presence-a")).to eq(users: [])
      expect(client["presence-a"].users).to eq([])
    end

    it "replies to events as a server does" do
      expect(client.trigger("a", "e", 1)).to eq({})
      expect(client.trigger_batch({ channel: "a", name: "e", data: 1 })).to eq({})
      expect(client.post("/events")).to eq({})
    end

    it "replies with zero counts to events that ask for channel information" do
      expect(client.trigger(%w[presence-a b], "e", 1, { info: "user_count,subscription_count" })).to eq(
        channels: { "presence-a" => { "user_count" => 0, "subscription_count" => 0 },
                    "b" => { "user_count" => 0, "subscription_count" => 0 } }
      )
      expect(client.trigger_batch({ channel: "presence-a", name: "e", data: 1, info: "user_count" },
                                  { channel: "b", name: "e", data: 1 })).to eq(batch: [{ "user_count" => 0 }, {}])
    end
  end

  it "replies to a query of the given path" do
    expect(testing.answer("/channels/presence-a/users", { users: [{ id: "1" }] })).to be_nil

    expect(client.channel_users("presence-a")).to eq(users: [{ "id" => "1" }])
    expect(client.channel_users("presence-b")).to eq(users: [])
    expect(client.channel_info("presence-a")).to eq(occupied: false)
  end

  it "accepts a path without its leading slash, or a Regexp" do
    testing.answer("channels", { channels: { a: {} } })
    testing.answer(%r{\A/channels/x}, { occupied: true })

    expect(client.channels).to eq(channels: { "a" => {} })
    expect([client.channel_info("xy"), client.channel_info("yx")]).to eq([{ occupied: true }, { occupied: false }])
  end

  it "calls a block with the request for the body" do
    testing.answer("/channels") { |request| { channels: { request.params["filter_by_prefix"] => {} } } }

    expect(client.channels({ filter_by_prefix: "private-" })).to eq(channels: { "private-" => {} })
  end

  it "sends a String without encoding it" do
    testing.answer("/channels", "not JSON")

    expect(error_of { client.channels }).to be_a(Pusher::HTTPError).and have_attributes(status: 200, body: "not JSON")
  end

  it "replies with the given status and headers" do
    testing.answer("/channels", "later", status: 429, headers: { "Retry-After" => "7" })

    expect(error_of { client.channels }).to have_attributes(status: 429, body: "later", retry_after: 7)
  end

  it "uses the last of several replies for a path" do
    testing.answer(/channels/, { channels: { first: {} } })
    testing.answer("/channels", { channels: { last: {} } })

    expect(client.channels).to eq(channels: { "last" => {} })
  end

  it "records an event as published if the prepared status is 200 or 202" do
    testing.answer("/events", { channels: {} })
    client.trigger("c", "good", 1)
    testing.answer("/events", "", status: 202)
    expect(client.trigger("c", "accepted", 1)).to be(true)
    testing.answer("/events", {}, status: 403)
    error_of { client.trigger("c", "bad", 1) }

    expect(testing.events.map(&:name)).to eq(%w[good accepted])
  end

  it "raises the block's own error to the caller" do
    testing.answer("/channels") { raise KeyError, "mine" }

    expect { client.channels }.to raise_error(KeyError, "mine")
    expect(testing.requests.last).to have_attributes(status: nil, error: be_a(KeyError))
  end

  it "lets a prepared failure take precedence" do
    testing.answer("/channels", { channels: {} })
    testing.fail_with(500, times: 1)

    expect([error_of { client.channels }&.status, error_of { client.channels }]).to eq([500, nil])
  end
end
