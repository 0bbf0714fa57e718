# frozen_string_literal: true

require "compatibility_helper"

RSpec.describe "A client as an object" do
  let(:client) { Pusher::Client.new(**endpoint.client_options) }

  def publish(client)
    client.trigger("news", "event", "data")
  end

  it "can be an instance of a subclass" do
    mine = Class.new(Pusher::Client) { def initialize(options) = super(**options, cluster: "eu") }
    expect(mine.new({ key: "k" })).to have_attributes(key: "k", host: "api-eu.pusher.com")
  end

  it "can be an instance of a subclass from from_url" do
    mine = Class.new(Pusher::Client)
    expect(mine.from_url("https://k:s@events.test/apps/1")).to be_instance_of(mine)
  end

  it "can be an instance of a subclass that overrides a method" do
    mine = Class.new(Pusher::Client) do
      def trigger(_channels, event_name, data, params = {}) = super("all", event_name, data, params)
    end
    publish(mine.new(**endpoint.client_options))
    expect(endpoint.events.first.channels).to eq(["all"])
  end

  it "can be marshalled before it is used" do
    copy = Marshal.load(Marshal.dump(client))
    expect(publish(copy)).to eq({})
  end

  it "can be duplicated; the copy has an independent configuration" do
    copy = client.dup
    copy.key = "other"
    expect(client.key).to eq(endpoint.app.key)
    expect(publish(client)).to eq({})
  end

  it "can be stubbed through any_instance" do
    allow_any_instance_of(Pusher::Client).to receive(:trigger).and_return(:stubbed)
    expect(publish(Pusher::Client.new)).to eq(:stubbed)
  end

  it "can be stubbed" do
    allow(client).to receive(:trigger).and_return(:stubbed)
    expect([publish(client), endpoint.requests]).to eq([:stubbed, []])
  end

  it "can be replaced by a verifying double" do
    double = instance_double(Pusher::Client)
    expect(double).to receive(:trigger).with("news", "event", { a: 1 }, { socket_id: "1.1" }).and_return({})
    expect(double.trigger("news", "event", { a: 1 }, { socket_id: "1.1" })).to eq({})
  end

  { "@app_id" => "21", "@key" => "k2", "@secret" => "s2" }.each do |name, value|
    it "is configured by #{name}, which is read at each call" do
      publish(client)
      app = ChannelsApi::App.new(**endpoint.app.to_h, { "@app_id" => :id }.fetch(name, name[1..].to_sym) => value)
      other = start_endpoint(app:)
      client.port = other.port
      client.instance_variable_set(name, value)
      publish(client)
      expect([endpoint, other].map { |server| server.events.size }).to eq([1, 1])
    end
  end

  { "@scheme" => "http", "@host" => "events.test", "@port" => 81 }.each do |name, value|
    it "has the server's address in #{name}, which is read at each call" do
      client = Pusher::Client.new(app_id: "20")
      client.url
      client.instance_variable_set(name, value)
      expect(client.url.public_send(name[1..])).to eq(value)
    end
  end

  it "creates one http client and keeps it" do
    expect(client.sync_http_client).to equal(client.sync_http_client)
  end

  it "does not share its http client" do
    expect(client.sync_http_client).not_to equal(Pusher::Client.new.sync_http_client)
  end

  it "shows no secret in inspect", :fix do
    key = "master key of 32 characters here"
    client.encryption_master_key = key
    publish(client)
    client.http_proxy = "http://someone:hush@proxy.test"
    texts = [client, client.sync_http_client, client["news"], client.authentication_token,
             client.webhook({ key: "k", signature: "s", body: "{}" })].map(&:inspect)
    expect(texts.join).not_to match(/#{client.secret}|#{key}|#{[key].pack("m0")}|hush/)
  end

  it "shows no secret in the message of a NoMethodError", :fix do
    expect { client.no_such_method }
      .to raise_error(NoMethodError) { |error| expect(error.message).not_to include(client.secret) }
  end
end
