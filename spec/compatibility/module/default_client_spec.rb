# frozen_string_literal: true

require "compatibility_helper"

RSpec.describe "The default client" do
  def configure
    Pusher.app_id = endpoint.app.id
    Pusher.key = endpoint.app.key
    Pusher.secret = endpoint.app.secret
    Pusher.scheme = "http"
    Pusher.host = endpoint.host
    Pusher.port = endpoint.port
  end

  it "is created once" do
    expect(Pusher.default_client).to be_instance_of(Pusher::Client)
    expect(Pusher.default_client).to equal(Pusher.default_client)
  end

  it "has the defaults of any client" do
    expect([Pusher.scheme, Pusher.host, Pusher.port, Pusher.app_id, Pusher.key, Pusher.secret])
      .to eq(["https", "api-mt1.pusher.com", 443, nil, nil, nil])
  end

  it "is configured by the writers of the module" do
    Pusher.app_id = "20"
    expect([Pusher.default_client.app_id, Pusher.app_id]).to eq(%w[20 20])
  end

  it "is configured by PUSHER_URL if that is set" do
    ENV["PUSHER_URL"] = "http://somekey:somesecret@events.test:8080/apps/87"
    expect([Pusher.scheme, Pusher.key, Pusher.secret, Pusher.host, Pusher.port, Pusher.app_id])
      .to eq(["http", "somekey", "somesecret", "events.test", 8080, "87"])
  end

  it "can be configured by the writers if PUSHER_URL is empty", :fix do
    ENV["PUSHER_URL"] = ""
    Pusher.app_id = "20"
    Pusher.cluster = "eu"
    expect([Pusher.scheme, Pusher.host, Pusher.port, Pusher.url("/x").to_s])
      .to eq(["https", "api-eu.pusher.com", 443, "https://api-eu.pusher.com:443/apps/20/x"])
  end

  it "is kept in @default_client, which tests can reset" do
    Pusher.key = "key"
    Pusher.instance_variable_set(:@default_client, nil)
    expect(Pusher.key).to be_nil
  end

  it "is kept in @default_client, which tests can replace" do
    Pusher.instance_variable_set(:@default_client, Pusher::Client.new(key: "mine"))
    expect(Pusher.key).to eq("mine")
  end

  it "publishes" do
    configure
    expect(Pusher.trigger("news", "event", { a: 1 })).to eq({})
    expect(endpoint.events.first).to have_attributes(name: "event", channels: ["news"], data: '{"a":1}')
  end

  it "publishes with only PUSHER_URL set" do
    ENV["PUSHER_URL"] = endpoint.url
    Pusher.trigger("news", "event", foo: 1)
    expect(endpoint.events.first.data).to eq('{"foo":1}')
  end

  it "is the client of a channel that was created without one" do
    configure
    Pusher::Channel.new(nil, "news").trigger!("event", "data")
    expect(endpoint.events.size).to eq(1)
  end

  it "is the client of Pusher[]" do
    configure
    Pusher["news"].trigger!("event", "data")
    expect(endpoint.events.size).to eq(1)
  end

  it "is the client of a webhook that was created without one" do
    configure
    expect(Pusher::WebHook.new(endpoint.webhook.to_h).valid?).to be(true)
  end

  it "is not changed by another client" do
    configure
    other = Pusher::Client.new(app_id: "other")
    expect([Pusher.app_id, other.app_id]).to eq([endpoint.app.id, "other"])
  end
end
