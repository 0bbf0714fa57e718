# frozen_string_literal: true

require "compatibility_helper"

RSpec.describe "The state of a channel object" do
  let(:client) { Pusher::Client.new(endpoint.client_options) }

  it "includes whether the channel is occupied" do
    expect(client["news"].info).to eq({ occupied: false })
    endpoint.subscribe("news")
    expect(client["news"].info).to eq({ occupied: true })
  end

  it "includes the requested attributes" do
    expect(client["presence-a"].info(%w[user_count subscription_count]))
      .to eq({ occupied: false, user_count: 0, subscription_count: 0 })
    expect(endpoint.requests.last.params["info"]).to eq("user_count,subscription_count")
  end

  it "is queried with an empty list by default" do
    client["news"].info
    expect(endpoint.requests.last.params["info"]).to eq("")
  end

  it "includes the users" do
    auth = client.authenticate("presence-a", "1.1", { user_id: "7" })
    endpoint.subscribe("presence-a", socket_id: "1.1", auth:)
    expect(client["presence-a"].users).to eq([{ "id" => "7" }])
  end

  it "includes the users, with parameters" do
    client["presence-a"].users({ page: 2 })
    expect(endpoint.requests.last.path).to eq("/apps/3/channels/presence-a/users")
    expect(endpoint.requests.last.params["page"]).to eq("2")
  end

  describe "with a double of its client" do
    let(:stand_in) { double("client") }
    let(:channel) { Pusher::Channel.new(nil, "presence-a", stand_in) }

    it "calls channel_info" do
      expect(stand_in).to receive(:channel_info).with("presence-a", info: "a,b").and_return(:stubbed)
      expect(channel.info(%w[a b])).to eq(:stubbed)
    end

    it "calls channel_users" do
      expect(stand_in).to receive(:channel_users).with("presence-a", { page: 2 }).and_return({ users: :stubbed })
      expect(channel.users({ page: 2 })).to eq(:stubbed)
    end

    it "calls authentication_token" do
      token = Pusher::Signature::Token.new("key", "secret")
      expect(stand_in).to receive(:authentication_token).and_return(token)
      expect(channel.authentication_string("1.1"))
        .to eq("key:#{OpenSSL::HMAC.hexdigest("SHA256", "secret", "1.1:presence-a")}")
    end
  end
end
