# frozen_string_literal: true

require "spec_helper"

# Chapter 2: one client for the whole program, configured and used through the module.
RSpec.describe "Global configuration" do
  def configure
    Pusher.app_id = endpoint.app.id
    Pusher.key = endpoint.app.key
    Pusher.secret = endpoint.app.secret
    Pusher.scheme = "http"
    Pusher.host = endpoint.host
    Pusher.port = endpoint.port
  end

  it "is that of the default client, which is made once" do
    expect(Pusher.default_client).to be_instance_of(Pusher::Client)
    expect(Pusher.default_client).to equal(Pusher.default_client)
    Pusher.app_id = "20"
    expect(Pusher.default_client.app_id).to eq("20")
    expect(Pusher.app_id).to eq("20")
  end

  it "begins as any client does" do
    expect(Pusher.scheme).to eq("https")
    expect(Pusher.host).to eq("api-mt1.pusher.com")
    expect(Pusher.port).to eq(443)
    expect(Pusher.key).to be_nil
  end

  it "reaches every setting" do
    Pusher.cluster = "eu"
    expect(Pusher.host).to eq("api-eu.pusher.com")
    Pusher.encrypted = false
    expect([Pusher.scheme, Pusher.port]).to eq(["http", 80])
    Pusher.use_tls = true
    expect([Pusher.scheme, Pusher.port]).to eq(["https", 443])
    Pusher.http_proxy = "http://proxy.test:3128"
    expect(Pusher.http_proxy).to eq("http://proxy.test:3128")
    Pusher.url = "http://k:s@events.test:8080/apps/9"
    expect([Pusher.key, Pusher.secret, Pusher.host, Pusher.port, Pusher.app_id])
      .to eq(["k", "s", "events.test", 8080, "9"])
    expect(Pusher.url("/x").to_s).to eq("http://events.test:8080/apps/9/x")
    Pusher.timeout = 3
    Pusher.keep_alive_timeout = 9
    expect(Pusher.default_client.instance_variable_get(:@receive_timeout)).to eq(3)
    expect(Pusher.default_client.instance_variable_get(:@keep_alive_timeout)).to eq(9)
  end

  it "is kept in @default_client, where tests reset it" do
    Pusher.key = "key"
    Pusher.instance_variable_set(:@default_client, nil)
    expect(Pusher.key).to be_nil
  end

  it "comes from PUSHER_URL where that is set" do
    ENV["PUSHER_URL"] = "http://somekey:somesecret@events.test:8080/apps/87"
    expect([Pusher.scheme, Pusher.key, Pusher.secret, Pusher.host, Pusher.port, Pusher.app_id])
      .to eq(["http", "somekey", "somesecret", "events.test", 8080, "87"])
  end

  it "is enough to publish" do
    configure
    expect(Pusher.trigger("news", "event", { a: 1 })).to eq({})
    expect(endpoint.events.first).to have_attributes(name: "event", channels: ["news"], data: '{"a":1}')
  end

  it "is enough with PUSHER_URL alone" do
    ENV["PUSHER_URL"] = endpoint.url
    Pusher.trigger("news", "event", foo: 1)
    expect(endpoint.events.first.data).to eq('{"foo":1}')
  end

  it "is enough for everything a client does" do
    configure
    Pusher["news"].trigger("first", "data")
    Pusher.channel("news").trigger!("second", "data")
    Pusher.trigger_batch([{ channel: "news", name: "third", data: "data" }])
    expect(endpoint.events.map(&:name)).to eq(%w[first second third])
    expect(Pusher.channels).to eq({ channels: {} })
    expect(Pusher.channel_info("news")).to eq({ occupied: false })
    expect(Pusher.channel_users("presence-a")).to eq({ users: [] })
    expect(Pusher.get("/channels")).to eq({ channels: {} })
    expect(Pusher.post("/events", { name: "fourth", channels: ["news"], data: "" })).to eq({})
    expect(Pusher.authenticate("private-a", "1.1")).to have_key(:auth)
    expect(Pusher.authenticate_user("1.1", { id: "7" })).to have_key(:user_data)
    expect(Pusher.authentication_token.key).to eq(endpoint.app.key)
    expect(Pusher.webhook(endpoint.webhook.to_h).valid?).to be(true)
  end

  it "serves channels and webhooks that are given no client" do
    configure
    Pusher::Channel.new(nil, "news").trigger!("event", "data")
    expect(endpoint.events.length).to eq(1)
    expect(Pusher::WebHook.new(endpoint.webhook.to_h).valid?).to be(true)
  end

  it "stands beside clients of one's own" do
    configure
    client = Pusher::Client.new(app_id: "other")
    expect([Pusher.app_id, client.app_id]).to eq([endpoint.app.id, "other"])
  end
end
