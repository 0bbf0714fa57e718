# frozen_string_literal: true

require_relative "testing_helper"

RSpec.describe Pusher::Testing, ".answer" do
  include_context "with the test mode"

  around { |example| testing.fake! { example.run } }

  context "when nothing was prepared" do
    it "answers as a server without subscribers" do
      expect(client.channels).to eq(channels: {})
      expect(client.channel_info("presence-a")).to eq(occupied: false)
      expect(client["presence-a"].info(%w[user_count subscription_count cache]))
        .to eq(occupied: false, user_count: 0, subscription_count: 0)
      expect(client.channel_users("presence-a")).to eq(users: [])
      expect(client["presence-a"].users).to eq([])
    end

    it "answers events as a server does" do
      expect(client.trigger("a", "e", 1)).to eq({})
      expect(client.trigger_batch({ channel: "a", name: "e", data: 1 })).to eq({})
      expect(client.post("/events")).to eq({})
    end

    it "answers events that ask for the channels" do
      expect(client.trigger(%w[presence-a b], "e", 1, { info: "user_count,subscription_count" })).to eq(
        channels: { "presence-a" => { "user_count" => 0, "subscription_count" => 0 },
                    "b" => { "user_count" => 0, "subscription_count" => 0 } }
      )
      expect(client.trigger_batch({ channel: "presence-a", name: "e", data: 1, info: "user_count" },
                                  { channel: "b", name: "e", data: 1 })).to eq(batch: [{ "user_count" => 0 }, {}])
    end
  end

  it "answers a path" do
    expect(testing.answer("/channels/presence-a/users", { users: [{ id: "1" }] })).to be_nil

    expect(client.channel_users("presence-a")).to eq(users: [{ "id" => "1" }])
    expect(client.channel_users("presence-b")).to eq(users: [])
    expect(client.channel_info("presence-a")).to eq(occupied: false)
  end

  it "takes a path with and without its slash, and Regexps" do
    testing.answer("channels", { channels: { a: {} } })
    testing.answer(%r{\A/channels/x}, { occupied: true })

    expect(client.channels).to eq(channels: { "a" => {} })
    expect([client.channel_info("xy"), client.channel_info("yx")]).to eq([{ occupied: true }, { occupied: false }])
  end

  it "answers with what a block makes of the request" do
    testing.answer("/channels") { |request| { channels: { request.params["filter_by_prefix"] => {} } } }

    expect(client.channels({ filter_by_prefix: "private-" })).to eq(channels: { "private-" => {} })
  end

  it "sends a String as it is" do
    testing.answer("/channels", "no JSON")

    expect(error_of { client.channels }).to be_a(Pusher::HTTPError).and have_attributes(status: 200, body: "no JSON")
  end

  it "answers with a status and header fields" do
    testing.answer("/channels", "later", status: 429, headers: { "Retry-After" => "7" })

    expect(error_of { client.channels }).to have_attributes(status: 429, body: "later", retry_after: 7)
  end

  it "lets the last of several answers count" do
    testing.answer(/channels/, { channels: { first: {} } })
    testing.answer("/channels", { channels: { last: {} } })

    expect(client.channels).to eq(channels: { "last" => {} })
  end

  it "counts events as published only where they were answered without an error" do
    testing.answer("/events", { channels: {} })
    client.trigger("c", "good", 1)
    testing.answer("/events", "", status: 202)
    expect(client.trigger("c", "accepted", 1)).to be(true)
    testing.answer("/events", {}, status: 403)
    error_of { client.trigger("c", "bad", 1) }

    expect(testing.events.map(&:name)).to eq(%w[good accepted])
  end

  it "lets a fault of the block through as it is" do
    testing.answer("/channels") { raise KeyError, "mine" }

    expect { client.channels }.to raise_error(KeyError, "mine")
    expect(testing.requests.last).to have_attributes(status: nil, error: be_a(KeyError))
  end

  it "gives way to failures" do
    testing.answer("/channels", { channels: {} })
    testing.fail_with(500, times: 1)

    expect([error_of { client.channels }&.status, error_of { client.channels }]).to eq([500, nil])
  end
end
