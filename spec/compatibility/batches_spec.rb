# frozen_string_literal: true

require "spec_helper"

# Chapter 5: many events in one request.
RSpec.describe "Batches" do
  let(:client) { Pusher::Client.new(endpoint.client_options) }

  it "publish their events in order" do
    reply = client.trigger_batch([{ channel: "news", name: "first", data: { a: 1 } },
                                  { channel: "sports", name: "second", data: "text" }])
    expect(reply).to eq({})
    expect(endpoint.events.map { |event| [event.channel, event.name, event.data] })
      .to eq([["news", "first", '{"a":1}'], %w[sports second text]])
    expect(endpoint.requests.map(&:path)).to eq(["/apps/3/batch_events"])
  end

  it "may be given as arguments" do
    client.trigger_batch({ channel: "news", name: "first", data: "1" }, { channel: "news", name: "second", data: "2" })
    client.trigger_batch(channel: "news", name: "third", data: "3")
    expect(endpoint.events.map(&:name)).to eq(%w[first second third])
  end

  it "leave out the one who caused an event" do
    client.trigger_batch([{ channel: "news", name: "first", data: "1", socket_id: "1.1" },
                          { channel: "news", name: "second", data: "2" }])
    expect(endpoint.events.map(&:socket_id)).to eq(["1.1", nil])
  end

  it "ask for facts about the channels along the way" do
    reply = client.trigger_batch([{ channel: "presence-a", name: "first", data: "1", info: "user_count" }])
    expect(reply).to eq({ batch: [{ "user_count" => 0 }] })
  end

  it "encrypt what goes to encrypted channels" do
    client.encryption_master_key_base64 = ["k" * 32].pack("m0")
    auth = client.authenticate("private-encrypted-a", "1.1")
    listener = endpoint.subscribe("private-encrypted-a", auth:)
    client.trigger_batch([{ channel: "private-encrypted-a", name: "first", data: { a: 1 } },
                          { channel: "news", name: "second", data: { a: 1 } }])
    expect(listener.messages.first.json).to eq("a" => 1)
    expect(endpoint.events.first.data).not_to include('"a"')
    expect(endpoint.events.last.data).to eq('{"a":1}')
  end

  it "leave the caller's Hashes alone" do
    batch = [{ channel: "news", name: "first", data: { a: 1 } }.freeze].freeze
    client.trigger_batch(batch)
    expect(batch).to eq([{ channel: "news", name: "first", data: { a: 1 } }])
  end

  it "raise what the API says about them" do
    expect { client.trigger_batch([{ channel: "news", name: "first", data: "1" }] * 11) }
      .to raise_error(Pusher::Error, /\ABad request: .*a batch holds/)
  end
end
