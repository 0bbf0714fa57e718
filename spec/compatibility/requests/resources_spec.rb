# frozen_string_literal: true

require "compatibility_helper"

RSpec.describe "A request made with" do
  let(:client) { Pusher::Client.new(endpoint.client_options) }

  describe "Pusher::Resource" do
    let(:resource) { Pusher::Resource.new(client, "/channels") }

    it "is returned by Client#resource" do
      expect(client.resource("/channels")).to be_a(Pusher::Resource)
      expect(client.resource("/channels").get({})).to eq({ channels: {} })
    end

    it "sends a GET" do
      expect(resource.get({ filter_by_prefix: "a" })).to eq({ channels: {} })
      expect(endpoint.requests.last.params).to include("filter_by_prefix" => "a")
    end

    it "sends a POST" do
      Pusher::Resource.new(client, "/events").post({ name: "event", channels: ["news"], data: "data" })
      expect(endpoint.events.first.name).to eq("event")
    end

    it "refuses a GET without a Hash" do
      expect { resource.get(nil) }.to raise_error(ArgumentError, "Expected hash")
      expect(endpoint.requests).to be_empty
    end
  end

  describe "Pusher::Request" do
    let(:request) { Pusher::Request.new(client, :post, client.url("/anything"), { a: 1 }, '{"b":2}') }

    it "has a body and parameters" do
      expect(request.body).to eq('{"b":2}')
      expect(request.params).to be_a(Hash)
    end

    it "is sent by send_sync" do
      endpoint.reply_with(body: '{"c":3}')
      expect(request.send_sync).to eq({ c: 3 })
      expect(endpoint.requests.last).to have_attributes(verb: "POST", path: "/apps/3/anything", body: '{"b":2}')
    end

    it "has no body for a get" do
      request = Pusher::Request.new(client, :get, client.url("/channels"), {})
      expect(request.body).to be_nil
      expect(request.send_sync).to eq({ channels: {} })
    end

    it "names a missing credential" do
      client.secret = nil
      expect { request }.to raise_error(Pusher::ConfigurationError, /`secret'/)
    end
  end
end
