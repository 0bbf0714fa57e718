# frozen_string_literal: true

require "compatibility_helper"

RSpec.describe "The validity of a webhook" do
  let(:client) { Pusher::Client.new(endpoint.client_options) }
  let(:delivery) { endpoint.webhook({ "name" => "channel_occupied", "channel" => "news" }) }
  let(:other) { ChannelsApi::App.new(id: "4", key: "other", secret: "other secret") }
  let(:foreign) { client.webhook(ChannelsApi::Webhook.new(other, [{ "name" => "channel_vacated" }]).to_h) }

  before { Pusher.logger = instance_double(Logger, warn: nil) }

  def expect_warning(text)
    expect(Pusher.logger).to have_received(:warn).once.with(text)
  end

  def unknown_key(key)
    "Received webhook with unknown key: #{key}"
  end

  it "depends on the signature of the raw body" do
    expect(client.webhook(delivery.to_h).valid?).to be(true)
    expect(Pusher.logger).not_to have_received(:warn)
  end

  it "agrees with the published signature" do
    client = Pusher::Client.new(key: "key", secret: "secret")
    signature = "2677ad3e7c090b2fa2c0fb13020d66d5420879b8316eb356a2d60fb9073bc778"
    expect(client.webhook({ key: "key", body: '{"hello":"world"}', signature: }).valid?).to be(true)
  end

  it "is false for a forged body" do
    forged = delivery.to_h.merge(body: delivery.body.sub("news", "evil"))
    expect(client.webhook(forged).valid?).to be(false)
    expect_warning("Received WebHook with invalid signature: got #{delivery.signature}, " \
                   "expected #{OpenSSL::HMAC.hexdigest("SHA256", client.secret, forged[:body])}")
  end

  it "is false for a forged signature" do
    expect(client.webhook(delivery.to_h.merge(signature: "0" * 64)).valid?).to be(false)
    expect_warning(/\AReceived WebHook with invalid signature: got 0{64}, expected #{delivery.signature}\z/)
  end

  it "is false for an unknown key" do
    expect(client.webhook(delivery.to_h.merge(key: "unknown")).valid?).to be(false)
    expect_warning(unknown_key("unknown"))
  end

  it "is false for a key that differs in case or class" do
    client.key = client.key.upcase
    expect(client.webhook(delivery.to_h).valid?).to be(false)
    tokens = [{ key: :other, secret: "other secret" }, { key: "OTHER", secret: "other secret" }]
    expect(foreign.valid?(tokens)).to be(false)
    expect(Pusher.logger).to have_received(:warn).with(unknown_key("other"))
  end

  it "can include the key of another app" do
    expect(foreign.valid?({ key: "other", secret: "other secret" })).to be(true)
  end

  it "can include the keys of many apps" do
    expect(foreign.valid?([{ key: "third", secret: "x" }, { key: "other", secret: "other secret" }])).to be(true)
    expect(Pusher.logger).not_to have_received(:warn)
  end

  [nil, false, []].each do |none|
    it "does not include other keys if the tokens are #{none.inspect}" do
      expect(foreign.valid?(none)).to be(false)
      expect_warning(unknown_key("other"))
    end
  end

  it "is false for the wrong secret of another app" do
    expect(foreign.valid?({ key: "other", secret: "wrong" })).to be(false)
    expect(Pusher.logger).to have_received(:warn).once.with(/\AReceived WebHook with invalid signature: /)
  end

  it "is false for a key without a token" do
    expect(foreign.valid?([{ key: "third", secret: "other secret" }])).to be(false)
    expect_warning(unknown_key("other"))
  end

  it "depends on the client's secret if the key is the client's" do
    client.webhook(delivery.to_h.merge(signature: "x")).valid?([{ key: client.key, secret: "other secret" }])
    expect_warning("Received WebHook with invalid signature: got x, expected #{delivery.signature}")
  end

  it "is true with the client's secret, for any tokens" do
    expect(client.webhook(delivery.to_h).valid?([{ key: "other", secret: "other secret" }])).to be(true)
  end

  it "is logged at each call" do
    2.times { foreign.valid? }
    expect(Pusher.logger).to have_received(:warn).twice
  end

  it "needs only the key and the secret of its client" do
    stand_in = Struct.new(:key, :secret).new(client.key, client.secret)
    expect(Pusher::WebHook.new(delivery.to_h, stand_in).valid?).to be(true)
  end

  it "is checked with every token of the key, for example while a secret is replaced", :fix do
    tokens = [{ key: "other", secret: "old secret" }, { key: "other", secret: "other secret" }]
    expect([foreign.valid?(tokens), foreign.valid?(tokens.reverse)]).to eq([true, true])
    expect(Pusher.logger).not_to have_received(:warn)
  end

  it "is logged once for any number of tokens", :fix do
    foreign.valid?([{ key: "other", secret: "a" }, { key: "other", secret: "b" }])
    expect(Pusher.logger).to have_received(:warn).once
  end

  [nil, ""].each do |none|
    it "is false if the key or the signature is #{none.inspect}", :fix do
      client.key = none
      expect(client.webhook(delivery.to_h.merge(key: none)).valid?).to be(false)
      client.key = delivery.key
      expect(client.webhook(delivery.to_h.merge(signature: none)).valid?).to be(false)
    end

    it "is false if the secret is #{none.inspect}", :fix do
      client.secret = none
      signature = OpenSSL::HMAC.hexdigest("SHA256", "", delivery.body)
      expect(client.webhook(delivery.to_h.merge(signature:)).valid?).to be(false)
    end
  end
end
