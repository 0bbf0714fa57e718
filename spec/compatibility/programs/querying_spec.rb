# frozen_string_literal: true

require "compatibility_helper"
require_relative "../../support/applications"

# How applications query channels and users.
RSpec.describe "An application that queries channels" do
  include Applications

  let(:client) { Pusher::Client.new(endpoint.client_options) }

  before { configure_environment }

  def enter(room, socket_id, user_id)
    channel = "presence-#{room}"
    endpoint.subscribe(channel, socket_id:, auth: client.authenticate(channel, socket_id, { user_id: }))
  end

  describe "on an admin page" do
    let(:page) { load_application("admin_page")::AdminPage.new }

    before do
      enter("kitchen", "1.1", "ann")
      enter("kitchen", "2.2", "bob")
      enter("cellar", "3.3", "ann")
      endpoint.subscribe("news")
    end

    it "lists the rooms with the number of their users" do
      expect(page.rooms).to contain_exactly({ name: "kitchen", users: 2 }, { name: "cellar", users: 1 })
      expect(endpoint.requests.first.params).to include("filter_by_prefix" => "presence-", "info" => "user_count")
    end

    it "lists the users of a room" do
      expect(page.users("kitchen")).to contain_exactly("ann", "bob")
      expect(page.users("attic")).to eq([])
    end

    it "finds out whether a room is occupied" do
      expect([page.online?("cellar", "ann"), page.online?("cellar", "bob")]).to eq([true, false])
    end

    it "uses an injected client" do
      expect(load_application("admin_page")::AdminPage.new(client).users("cellar")).to eq(["ann"])
    end

    it "finds out whether the service responds" do
      expect(page.healthy?).to be(true)
      endpoint.reply_with(status: 500)
      expect(page.healthy?).to be(false)
      Pusher.secret = "wrong"
      expect(page.healthy?).to be(false)
    end
  end

  describe "until a channel is occupied" do
    let(:naps) { [] }
    let(:wait) do
      sleeper = Object.new
      naps = self.naps
      server = endpoint
      sleeper.define_singleton_method(:sleep) do |seconds|
        naps << seconds
        server.subscribe("stream") if naps.size == 2
      end
      load_application("wait_for_viewers")::WaitForViewers.new(Pusher["stream"], sleeper:)
    end

    it "repeats the query" do
      expect(wait.call).to eq(1)
      expect(naps).to eq([1, 1])
      expect(endpoint.requests.map { |request| [request.path, request.params["info"]] })
        .to eq([["/apps/3/channels/stream", "subscription_count"]] * 3)
    end
  end
end
