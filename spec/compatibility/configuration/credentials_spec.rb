# frozen_string_literal: true

require "compatibility_helper"

RSpec.describe "Credentials" do
  let(:client) { Pusher::Client.new(endpoint.client_options) }

  def missing(name)
    raise_error(Pusher::ConfigurationError, "missing key `#{name}' in the client configuration")
  end

  calls = {
    "trigger" => ->(client) { client.trigger("news", "event", "data") },
    "trigger_batch" => ->(client) { client.trigger_batch([{ channel: "news", name: "event", data: "data" }]) },
    "get" => ->(client) { client.get("/channels") },
    "post" => ->(client) { client.post("/events", {}) },
    "channels" => lambda(&:channels)
  }

  calls.each do |call, block|
    %i[app_id key secret].each do |name|
      it "are named by the error of #{call} if the #{name} is missing, and nothing is sent" do
        client.public_send(:"#{name}=", nil)
        expect { block.call(client) }.to missing(name)
        expect(endpoint.requests).to be_empty
      end
    end
  end

  it "are checked in the order app_id, key, secret" do
    client = Pusher::Client.new
    %i[app_id key secret].each do |name|
      expect { client.trigger("news", "event", "data") }.to missing(name)
      client.public_send(:"#{name}=", "value")
    end
  end

  %i[key secret].each do |name|
    it "are needed for authentication_token: #{name}" do
      client.public_send(:"#{name}=", nil)
      expect { client.authentication_token }.to missing(name)
    end

    it "are needed for authenticate, and checked before the socket id: #{name}" do
      client.public_send(:"#{name}=", nil)
      expect { client.authenticate("private-a", "no socket id") }.to missing(name)
    end
  end

  it "need no app_id for authenticate" do
    client.app_id = nil
    expect(client.authenticate("private-a", "1.1")).to have_key(:auth)
  end

  it "are in the authentication token" do
    expect(client.authentication_token).to be_a(Pusher::Signature::Token)
      .and have_attributes(key: client.key, secret: client.secret)
  end

  { "an Integer" => 21, "a Symbol" => :"21" }.each do |kind, value|
    it "can be #{kind} as app_id and key" do
      server = start_endpoint(app: ChannelsApi::App.new(id: "21", key: "21", secret: "s"))
      client = Pusher::Client.new(**server.client_options, app_id: value, key: value)
      expect(client.trigger("news", "event", "data")).to eq({})
      expect(client.authenticate("private-a", "1.1")[:auth]).to start_with("21:")
    end
  end

  it "must include a String as secret" do
    [:symbol, 7].each do |secret|
      client.secret = secret
      expect { client.trigger("news", "event", "data") }.to raise_error(TypeError)
    end
    expect(endpoint.requests).to be_empty
  end

  %i[app_id key secret].each do |name|
    it "count as missing if they are false: #{name}", :fix do
      client.public_send(:"#{name}=", false)
      expect { client.trigger("news", "event", "data") }.to missing(name)
      expect(endpoint.requests).to be_empty
    end
  end
end
