# frozen_string_literal: true

require "compatibility_helper"
require_relative "../../support/applications"

# How the auth endpoints of applications use the gem. The test server admits sockets with a valid signature.
RSpec.describe "An application that authorises subscriptions" do
  include Applications

  before { configure_environment }

  describe "in a controller" do
    let(:program) { load_application("auth_controller")::PusherController }
    let(:user) { program::User.new(id: 7, name: "Ann Lee", rooms: ["kitchen"]) }

    def ask(action, params, user: self.user, client: Pusher)
      controller = program.new(params, user, client:)
      controller.public_send(action)
      [controller.status, JSON.parse(controller.body)]
    end

    it "authorises a user for a private channel" do
      status, auth = ask(:auth, { channel_name: "private-kitchen", socket_id: "1.1" })
      expect([status, auth.keys]).to eq([200, ["auth"]])
      reader = endpoint.subscribe("private-kitchen", auth:)
      Pusher.trigger("private-kitchen", "event", { a: 1 })
      expect(reader.wait_for(1).first.json).to eq({ "a" => 1 })
    end

    it "authorises a user for a presence channel, with the user's public data" do
      status, auth = ask(:auth, { channel_name: "presence-kitchen", socket_id: "1.1" })
      expect(status).to eq(200)
      expect(JSON.parse(auth["channel_data"]))
        .to eq({ "user_id" => 7, "user_info" => { "name" => "Ann Lee", "initials" => "AL" } })
      expect(endpoint.subscribe("presence-kitchen", auth:).member.user_info).to include("name" => "Ann Lee")
    end

    it "returns the shared secret of an encrypted channel" do
      client = Pusher::Client.new(**endpoint.client_options, encryption_master_key_base64: ["k" * 32].pack("m0"))
      status, auth = ask(:auth, { channel_name: "private-encrypted-kitchen", socket_id: "1.1" }, client:)
      expect([status, auth.keys]).to eq([200, %w[auth shared_secret]])
    end

    it "signs a user in" do
      status, auth = ask(:user_auth, { socket_id: "1.1" })
      expect(status).to eq(200)
      expect(JSON.parse(auth["user_data"])).to eq({ "id" => "7", "name" => "Ann Lee" })
      expect { endpoint.sign_in("1.1", auth) }.not_to raise_error
    end

    it "signs nothing for other users" do
      params = { channel_name: "private-cellar", socket_id: "1.1" }
      expect(ask(:auth, params)).to eq([403, { "error" => "not your room" }])
      expect(ask(:auth, params, user: nil)).to eq([403, { "error" => "not signed in" }])
    end

    it "responds with the gem's error to an invalid request" do
      expect(ask(:auth, { channel_name: "private-kitchen", socket_id: "1" }))
        .to match([400, { "error" => start_with("Invalid socket ID") }])
      expect(ask(:auth, { channel_name: "private/-kitchen", socket_id: "1.1" }))
        .to eq([400, { "error" => "Illegal channel name 'private/-kitchen'" }])
    end
  end

  describe "with a channel object" do
    let(:auth_endpoint) { load_application("channel_auth_endpoint")::AuthEndpoint.new }

    it "responds like the client" do
      expect(auth_endpoint.call("private-a", "1.1")).to eq([200, Pusher.authenticate("private-a", "1.1")])
    end

    it "accepts the user's data without braces" do
      data = { user_id: 7, user_info: { name: "Ann" } }
      expect(auth_endpoint.call("presence-a", "1.1", { id: 7, name: "Ann" }))
        .to eq([200, Pusher.authenticate("presence-a", "1.1", data)])
    end

    it "refuses data that cannot be signed" do
      expect(auth_endpoint.call("private a", "1.1")).to eq([403, { error: "Forbidden" }])
    end
  end

  describe "for encrypted rooms" do
    let(:key) { ["0123456789abcdef" * 2].pack("m0") }
    let(:chat) { load_application("secret_chat")::SecretChat.new(key, **endpoint.client_options) }

    it "lets only members read the messages" do
      reader = endpoint.subscribe("private-encrypted-den", auth: chat.enter("den", "1.1"))
      chat.say("den", "the password is swordfish")
      message = reader.wait_for(1).first
      expect(message.json).to eq({ "text" => "the password is swordfish" })
      expect(message.raw).not_to include("swordfish")
      expect(endpoint.requests.map(&:body).join).not_to include("swordfish")
    end

    it "never sends the same ciphertext twice" do
      2.times { chat.say("den", "hello") }
      expect(endpoint.events.map(&:data).uniq.size).to eq(2)
    end
  end
end
