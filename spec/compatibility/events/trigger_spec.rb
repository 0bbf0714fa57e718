# frozen_string_literal: true

require "compatibility_helper"

RSpec.describe "trigger" do
  let(:client) { Pusher::Client.new(endpoint.client_options) }

  def event
    endpoint.events.last
  end

  it "publishes an event to a channel" do
    expect(client.trigger("news", "headline", { title: "Hello" })).to eq({})
    expect(event).to have_attributes(name: "headline", channels: ["news"], data: '{"title":"Hello"}', socket_id: nil)
  end

  it "publishes an event to many channels with one request" do
    client.trigger(%w[news sports private-room], "headline", { title: "Hello" })
    expect(event.channels).to eq(%w[news sports private-room])
    expect(endpoint.requests.size).to eq(1)
  end

  it "publishes text in any language" do
    client.trigger("news", "überschrift", { "τίτλος" => "日本語 😀" })
    expect(event).to have_attributes(name: "überschrift", data: '{"τίτλος":"日本語 😀"}')
  end

  it "accepts data without braces" do
    client.trigger("news", "headline", title: "Hello", "count" => 2)
    expect(event.data).to eq('{"title":"Hello","count":2}')
  end

  it "excludes the socket that caused the event" do
    listeners = %w[1.1 2.2].map { |socket_id| endpoint.subscribe("news", socket_id:) }
    client.trigger("news", "headline", "data", { socket_id: "1.1" })
    client.trigger("news", "farewell", "data")
    expect(listeners.map { |listener| listener.messages.map(&:name) }).to eq([["farewell"], %w[headline farewell]])
  end

  it "requests attributes of the channels" do
    reply = client.trigger(%w[presence-a presence-b], "headline", "data", { info: "subscription_count,user_count" })
    expect(reply).to eq({ channels: { "presence-a" => { "subscription_count" => 0, "user_count" => 0 },
                                      "presence-b" => { "subscription_count" => 0, "user_count" => 0 } } })
  end

  it "returns true for a reply without content" do
    endpoint.reply_with(status: 202)
    expect(client.trigger("news", "headline", "data")).to be(true)
  end

  it "accepts a hundred channels" do
    names = Array.new(100) { |number| "channel-#{number}" }
    client.trigger(names, "headline", "data")
    expect(event.channels).to eq(names)
  end

  it "refuses more than a hundred channels" do
    [101, 150].each do |count|
      expect { client.trigger(["news"] * count, "headline", "data") }
        .to raise_error(Pusher::Error, "Too many channels (#{count}), max 100")
    end
    expect(endpoint.requests).to be_empty
  end

  it "does not check channel names, so the channels of users can be used" do
    client.trigger("#server-to-user-7", "greeting", "data")
    expect(event.channels).to eq(["#server-to-user-7"])
  end

  it "raises the service's error for an invalid channel name" do
    expect { client.trigger("bad name", "event", "data") }.to raise_error(Pusher::Error, /\ABad request: .*bad name/)
    expect(endpoint.requests.size).to eq(1)
  end

  it "is equivalent to a post" do
    expect(client.post("/events", { name: "headline", channels: ["news"], data: "text" })).to eq({})
    expect(event.data).to eq("text")
  end

  it "checks the size of an event before it is sent", :added do
    client.max_event_bytes = 100
    client.trigger("news", "event", "x" * 100)
    expect { client.trigger("news", "event", "x" * 101) }
      .to raise_error(Pusher::PayloadTooLargeError, /"event" on "news" has 101 .* 100/)
    expect(endpoint.requests.size).to eq(1)
  end

  it "names no more than three channels of an event that is too large", :added do
    client.max_event_bytes = 100
    expect { client.trigger(%w[a b c d e], "event", "x" * 101) }
      .to raise_error(Pusher::PayloadTooLargeError, /"event" on "a", "b", "c" and 2 more has 101 /)
  end

  it "checks the size of an encrypted event as it is sent", :added do
    client.encryption_master_key = "k" * 32
    client.max_event_bytes = 100
    expect { client.trigger("private-encrypted-a", "event", "x" * 99) }.to raise_error(Pusher::PayloadTooLargeError)
    expect(endpoint.requests).to be_empty
  end

  it "takes the maximum size as an option", :added do
    expect(Pusher::Client.new(max_event_bytes: 100).max_event_bytes).to eq(100)
  end

  it "checks no size by default", :added do
    expect(client.max_event_bytes).to be_nil
  end
end
