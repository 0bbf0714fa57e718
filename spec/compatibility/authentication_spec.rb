# frozen_string_literal: true

require "spec_helper"

# Chapter 8: letting subscribers into channels, and signing users in. The endpoint checks what they would show.
RSpec.describe "Authentication" do
  let(:client) { Pusher::Client.new(endpoint.client_options) }

  def signed(text)
    "#{client.key}:#{OpenSSL::HMAC.hexdigest("SHA256", client.secret, text)}"
  end

  describe "of a private channel" do
    it "signs the socket and the channel" do
      auth = client.authenticate("private-room", "123.456")
      expect(auth).to eq({ auth: signed("123.456:private-room") })
      expect { endpoint.subscribe("private-room", socket_id: "123.456", auth:) }.not_to raise_error
    end

    it "is for that socket and that channel alone" do
      auth = client.authenticate("private-room", "123.456")
      expect { endpoint.subscribe("private-room", socket_id: "123.457", auth:) }
        .to raise_error(ChannelsApi::Admission::Refused)
      expect { endpoint.subscribe("private-other", socket_id: "123.456", auth:) }
        .to raise_error(ChannelsApi::Admission::Refused)
    end

    it "is a matter of the channel object as well" do
      channel = client["private-room"]
      expect(channel.authenticate("123.456")).to eq(client.authenticate("private-room", "123.456"))
      expect(channel.authentication_string("123.456")).to eq(signed("123.456:private-room"))
      expect(channel.authentication_string("123.456", "more")).to eq(signed("123.456:private-room:more"))
    end
  end

  describe "of a presence channel" do
    it "signs who the subscriber is, and hands out the very JSON that was signed" do
      auth = client.authenticate("presence-room", "123.456", { user_id: "7", user_info: { name: "Ünal" } })
      json = '{"user_id":"7","user_info":{"name":"Ünal"}}'
      expect(auth).to eq({ auth: signed("123.456:presence-room:#{json}"), channel_data: json })
      member = endpoint.subscribe("presence-room", socket_id: "123.456", auth:).member
      expect(member).to have_attributes(user_id: "7", user_info: { "name" => "Ünal" })
    end

    it "takes that without braces" do
      expect(client.authenticate("presence-room", "123.456", user_id: "7"))
        .to eq(client.authenticate("presence-room", "123.456", { user_id: "7" }))
    end

    it "makes JSON of a String, too" do
      auth = client.authenticate("presence-room", "123.456", "text")
      expect(auth).to eq({ auth: signed('123.456:presence-room:"text"'), channel_data: '"text"' })
    end

    it "uses the application's JSON engine, with one argument" do
      data = { user_id: "7" }
      allow(json_engine).to receive_generate.with(be(data)).and_return('{"engine" : true}')
      expect(client.authenticate("presence-room", "123.456", data))
        .to eq({ auth: signed('123.456:presence-room:{"engine" : true}'), channel_data: '{"engine" : true}' })
    end
  end

  describe "of an encrypted channel" do
    it "hands out the key to what is said there" do
      client.encryption_master_key_base64 = ["k" * 32].pack("m0")
      auth = client.authenticate("private-encrypted-room", "123.456")
      expect(auth.keys).to contain_exactly(:auth, :shared_secret)
      expect(auth[:auth]).to eq(signed("123.456:private-encrypted-room"))
      expect(auth[:shared_secret].unpack1("m0")).to eq(Digest::SHA256.digest("private-encrypted-room#{"k" * 32}"))
    end
  end

  describe "of a user" do
    it "signs who signs in" do
      auth = client.authenticate_user("123.456", { id: "7", user_info: { name: "Ünal" } })
      json = '{"id":"7","user_info":{"name":"Ünal"}}'
      expect(auth).to eq({ auth: signed("123.456::user::#{json}"), user_data: json })
      expect { endpoint.sign_in("123.456", auth) }.not_to raise_error
    end

    it "takes that without braces" do
      expect(client.authenticate_user("123.456", id: "7")).to eq(client.authenticate_user("123.456", { id: "7" }))
    end

    it "refuses one without an id" do
      [{}, { id: "" }, { id: nil }, { id: 7 }].each do |data|
        expect { client.authenticate_user("123.456", data) }.to raise_error(Pusher::Error, /\AInvalid user data/)
      end
    end

    it "uses the application's JSON engine, with one argument" do
      data = { id: "7" }
      allow(json_engine).to receive_generate.with(be(data)).and_return('{"engine" : true}')
      expect(client.authenticate_user("123.456", data))
        .to eq({ auth: signed('123.456::user::{"engine" : true}'), user_data: '{"engine" : true}' })
    end

    it "lets events be sent to the user" do
      listener = endpoint.sign_in("123.456", client.authenticate_user("123.456", { id: "7" }))
      client.trigger("#server-to-user-7", "greeting", { a: 1 })
      expect(listener.messages.map(&:name)).to eq(["greeting"])
    end
  end

  it "refuses a socket id that is none" do
    ["nonsense", "1", "1.1\n", "", nil].each do |id|
      expect { client.authenticate("private-room", id) }.to raise_error(Pusher::Error, /\AInvalid socket ID/)
      expect { client.authenticate_user(id, { id: "7" }) }.to raise_error(Pusher::Error, /\AInvalid socket ID/)
    end
  end

  it "refuses a channel's name that is none" do
    expect { client.authenticate("bad name", "1.1") }.to raise_error(Pusher::Error, "Illegal channel name 'bad name'")
  end
end
