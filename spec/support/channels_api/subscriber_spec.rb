# frozen_string_literal: true

require "spec_helper"

RSpec.describe ChannelsApi::Subscriber do
  let(:app) { endpoint.app }
  let(:client) { RawClient.new(endpoint) }

  after { client.close }

  def signed(text)
    "#{app.key}:#{OpenSSL::HMAC.hexdigest("SHA256", app.secret, text)}"
  end

  def publish(channel, data, **rest)
    client.call("POST", "/events", body: JSON.generate({ name: "e", channels: [channel], data:, **rest }))
  end

  it "receives the events of its channel, in order" do
    subscriber = endpoint.subscribe("hall")
    publish("hall", "{\"n\":1}")
    publish("elsewhere", "no")
    publish("hall", "two")
    expect(subscriber.wait_for(2).map(&:data)).to eq(["{\"n\":1}", "two"])
    expect(subscriber.messages.first.json).to eq("n" => 1)
  end

  it "does not receive events of its own socket" do
    subscriber = endpoint.subscribe("hall", socket_id: "3.4")
    publish("hall", "mine", socket_id: "3.4")
    publish("hall", "theirs", socket_id: "3.5")
    expect(subscriber.wait_for(1).map(&:data)).to eq(["theirs"])
  end

  it "needs the right signature for a private channel" do
    right = signed("1.1:private-a")
    expect(endpoint.subscribe("private-a", auth: { auth: right })).to be_a(described_class)
    [nil, {}, { auth: signed("1.1:private-b") }, { auth: "#{right}0" }].each do |auth|
      expect { endpoint.subscribe("private-a", auth:) }.to raise_error(ChannelsApi::Admission::Refused)
    end
  end

  it "needs the signed channel data for a presence channel" do
    data = JSON.generate(user_id: 7, user_info: { name: "Ann" })
    auth = { "auth" => signed("1.1:presence-a:#{data}"), "channel_data" => data }
    expect(endpoint.subscribe("presence-a", auth:).member)
      .to have_attributes(user_id: "7", user_info: { "name" => "Ann" })

    [auth.merge("channel_data" => data.sub("7", "8")), { auth: signed("1.1:presence-a") }].each do |forged|
      expect { endpoint.subscribe("presence-a", auth: forged) }.to raise_error(ChannelsApi::Admission::Refused)
    end
  end

  it "needs a user_id for a presence channel" do
    data = JSON.generate(user_info: { name: "Ann" })
    auth = { auth: signed("1.1:presence-a:#{data}"), channel_data: data }
    expect { endpoint.subscribe("presence-a", auth:) }
      .to raise_error(ChannelsApi::Admission::Refused, /no user_id/)
  end

  it "decrypts events, and keeps the data that was sent" do
    secret = OpenSSL::Random.random_bytes(32)
    nonce = OpenSSL::Random.random_bytes(24)
    auth = { auth: signed("1.1:private-encrypted-a"), shared_secret: Base64.strict_encode64(secret) }
    subscriber = endpoint.subscribe("private-encrypted-a", auth:)
    box = ChannelsApi::Secretbox.new(secret).seal(nonce, "é")
    publish("private-encrypted-a", JSON.generate(nonce: [nonce].pack("m0"), ciphertext: [box].pack("m0")))

    expect(subscriber.wait_for(1).first.data).to eq("é")
    expect(subscriber.messages.first.raw).to include("ciphertext")
  end

  it "fails the example when an event cannot be decrypted" do
    server = ChannelsApi::Server.start
    auth = { auth: signed("1.1:private-encrypted-a"), shared_secret: Base64.strict_encode64("k" * 32) }
    server.subscribe("private-encrypted-a", auth:)
    raw = RawClient.new(server)
    data = JSON.generate(nonce: ["n" * 24].pack("m0"), ciphertext: ["c" * 20].pack("m0"))
    raw.call("POST", "/events", body: JSON.generate(name: "e", channels: ["private-encrypted-a"], data:))
    raw.close
    expect { server.stop }.to raise_error(ChannelsApi::Server::Failed, /does not open/)
  end

  it "receives events for a signed-in user" do
    user = JSON.generate(id: "7")
    subscriber = endpoint.sign_in("1.1", { auth: signed("1.1::user::#{user}"), user_data: user })
    publish("#server-to-user-7", "psst")
    expect(subscriber.wait_for(1).map(&:data)).to eq(["psst"])
    expect { endpoint.sign_in("1.2", { auth: signed("1.1::user::#{user}"), user_data: user }) }
      .to raise_error(ChannelsApi::Admission::Refused)
  end

  it "raises an error with the number of missing messages" do
    subscriber = endpoint.subscribe("hall")
    expect { subscriber.wait_for(1, patience: 0.01) }
      .to raise_error(ChannelsApi::Ledger::Overdue, "0 of 1 messages came on hall")
  end
end
