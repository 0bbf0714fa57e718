# frozen_string_literal: true

require "compatibility_helper"

RSpec.describe "The options of a client" do
  it "have defaults, so a client can be created without options" do
    client = Pusher::Client.new
    expect(client).to have_attributes(scheme: "https", host: "api-mt1.pusher.com", port: 443)
    expect(client).to have_attributes(app_id: nil, key: nil, secret: nil, encryption_master_key: nil)
    expect(client).to have_attributes(http_proxy: nil, proxy: nil)
  end

  it "include the app_id and the credentials" do
    client = Pusher::Client.new(app_id: "20", key: "key", secret: "secret")
    expect(client).to have_attributes(app_id: "20", key: "key", secret: "secret")
  end

  it "include the host" do
    expect(Pusher::Client.new(host: "events.test")).to have_attributes(scheme: "https", host: "events.test", port: 443)
  end

  it "can be a Hash in braces" do
    expect(Pusher::Client.new({ app_id: "20", cluster: "eu" }))
      .to have_attributes(app_id: "20", host: "api-eu.pusher.com")
  end

  it "are not modified" do
    options = { app_id: "20", cluster: "eu", use_tls: false, port: 81 }.freeze
    expect { Pusher::Client.new(options) }.not_to(change { options })
  end

  it "do not include the scheme, which is ignored" do
    expect(Pusher::Client.new(scheme: "http")).to have_attributes(scheme: "https", port: 443)
  end

  it "can include unknown keys, which are ignored" do
    expect(Pusher::Client.new(nonsense: 1, adapter: :other)).to have_attributes(scheme: "https", port: 443)
  end

  it "are independent of PUSHER_URL" do
    ENV["PUSHER_URL"] = "http://k:s@events.test/apps/1"
    expect(Pusher::Client.new(app_id: "20")).to have_attributes(app_id: "20", key: nil, host: "api-mt1.pusher.com")
  end

  it "include one timeout for connecting, sending and receiving", :added do
    client = Pusher::Client.new(timeout: 3)
    expect(%i[@connect_timeout @send_timeout @receive_timeout].map { |name| client.instance_variable_get(name) })
      .to eq([3, 3, 3])
  end

  %i[connect_timeout send_timeout receive_timeout keep_alive_timeout].each do |name|
    it "include the #{name}", :added do
      expect(Pusher::Client.new(name => 1.5).instance_variable_get(:"@#{name}")).to eq(1.5)
    end
  end

  describe "can be changed later:" do
    { scheme: "http", host: "events.test", port: 81, app_id: "1", key: "k", secret: "s",
      encryption_master_key: "m" * 32 }.each do |name, value|
      it "#{name}=" do
        client = Pusher::Client.new
        client.public_send(:"#{name}=", value)
        expect(client.public_send(name)).to eq(value)
      end
    end
  end

  it "apply from the next request on after a change" do
    client = Pusher::Client.new(endpoint.client_options)
    other = start_endpoint(app: ChannelsApi::App.new(id: "21", key: "k2", secret: "s2"))
    client.trigger("news", "first", "data")
    client.app_id = "21"
    client.key = "k2"
    client.secret = "s2"
    client.port = other.port
    client.trigger("news", "second", "data")
    expect([endpoint, other].map { |server| server.events.map(&:name) }).to eq([["first"], ["second"]])
  end
end
