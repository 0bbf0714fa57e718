# frozen_string_literal: true

require "spec_helper"

# Chapter 7: asking about the application's state.
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
    it "are all that somebody listens to" do
      expect(client.channels).to eq({ channels: { "news" => {}, "presence-a" => {} } })
      expect(request).to have_attributes(verb: "GET", path: "/apps/3/channels")
    end

    it "may be filtered, and described" do
      expect(client.channels(filter_by_prefix: "presence-", info: "user_count"))
        .to eq({ channels: { "presence-a" => { "user_count" => 2 } } })
      expect(request.params).to include("filter_by_prefix" => "presence-", "info" => "user_count")
    end
  end

  describe "channel_info" do
    it "describes one" do
      expect(client.channel_info("news")).to eq({ occupied: true })
      expect(client.channel_info("presence-a", info: "user_count")).to eq({ occupied: true, user_count: 2 })
      expect(request).to have_attributes(verb: "GET", path: "/apps/3/channels/presence-a")
    end
  end

  describe "channel_users" do
    it "lists who is there" do
      expect(client.channel_users("presence-a")).to eq({ users: [{ "id" => "7" }, { "id" => "8" }] })
      expect(request).to have_attributes(verb: "GET", path: "/apps/3/channels/presence-a/users")
    end
  end

  describe "get" do
    it "asks for any path, with parameters" do
      expect(client.get("/channels", filter_by_prefix: "presence-")).to eq({ channels: { "presence-a" => {} } })
      expect(client.get("/channels")).to eq({ channels: { "news" => {}, "presence-a" => {} } })
    end

    it "has no body and says nothing of one" do
      client.get("/channels")
      expect(request.body).to eq("")
      expect(request["Content-Type"]).to be_nil
      expect(request["Content-Length"].to_i).to eq(0)
      expect(request["X-Pusher-Library"]).to eq("pusher-http-ruby #{Pusher::VERSION}")
    end

    it "raises what the API answers" do
      expect { client.get("/nowhere") }.to raise_error(Pusher::Error, "404 Not found (/apps/3/nowhere)")
      expect { client.channel_users("news") }
        .to raise_error(Pusher::Error, /\ABad request: .*users are known for presence channels only\z/)
    end
  end
end
