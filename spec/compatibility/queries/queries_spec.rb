# frozen_string_literal: true

require "compatibility_helper"

RSpec.describe "Queries" do
  let(:client) { Pusher::Client.new(endpoint.client_options) }

  def join(channel, user_id, socket_id)
    auth = client.authenticate(channel, socket_id, { user_id: })
    endpoint.subscribe(channel, socket_id:, auth:)
  end

  before do
    join("presence-a", "7", "1.1")
    join("presence-a", "8", "2.2")
    endpoint.subscribe("news")
  end

  def request
    endpoint.requests.last
  end

  describe "channels" do
    it "lists the occupied channels" do
      expect(client.channels).to eq({ channels: { "news" => {}, "presence-a" => {} } })
      expect(request).to have_attributes(verb: "GET", path: "/apps/3/channels")
    end

    it "can have a prefix and request attributes" do
      expect(client.channels({ filter_by_prefix: "presence-", info: "user_count" }))
        .to eq({ channels: { "presence-a" => { "user_count" => 2 } } })
      expect(request.params).to include("filter_by_prefix" => "presence-", "info" => "user_count")
    end

    it "accepts its parameters without braces" do
      client.channels(filter_by_prefix: "presence-")
      expect(request.params).to include("filter_by_prefix" => "presence-")
    end
  end

  describe "channel_info" do
    it "describes a channel" do
      expect(client.channel_info("news")).to eq({ occupied: true })
      expect(request).to have_attributes(verb: "GET", path: "/apps/3/channels/news")
    end

    it "requests attributes" do
      expect(client.channel_info("presence-a", { info: "user_count" })).to eq({ occupied: true, user_count: 2 })
      expect(request.params).to include("info" => "user_count")
    end

    it "accepts its parameters without braces" do
      expect(client.channel_info("presence-a", info: "user_count")).to eq({ occupied: true, user_count: 2 })
    end
  end

  describe "channel_users" do
    it "lists the users of a presence channel" do
      expect(client.channel_users("presence-a")).to eq({ users: [{ "id" => "7" }, { "id" => "8" }] })
      expect(request).to have_attributes(verb: "GET", path: "/apps/3/channels/presence-a/users")
    end

    it "accepts parameters" do
      client.channel_users("presence-a", { page: 2 })
      expect(request.params).to include("page" => "2")
    end

    it "raises the error of the service" do
      expect { client.channel_users("news") }
        .to raise_error(Pusher::Error, /\ABad request: .*users are known for presence channels only\z/)
    end
  end

  describe "get" do
    it "queries any path" do
      expect(client.get("/channels")).to eq({ channels: { "news" => {}, "presence-a" => {} } })
    end

    it "accepts parameters with and without braces" do
      expect(client.get("/channels", { filter_by_prefix: "presence-" })).to eq({ channels: { "presence-a" => {} } })
      expect(client.get("/channels", filter_by_prefix: "presence-")).to eq({ channels: { "presence-a" => {} } })
    end
  end
end
