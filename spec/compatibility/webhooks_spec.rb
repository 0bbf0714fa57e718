# frozen_string_literal: true

require "spec_helper"
require "rack"
require "rack/mock"

# Chapter 9: what the service reports.
RSpec.describe "Webhooks" do
  let(:client) { Pusher::Client.new(endpoint.client_options) }
  let(:delivery) { endpoint.webhook({ "name" => "channel_occupied", "channel" => "news" }) }

  before { Pusher.logger = instance_double(Logger, warn: nil) }

  def rack_env(webhook = delivery)
    Rack::MockRequest.env_for("/hooks", method: "POST", input: webhook.body, "CONTENT_TYPE" => "application/json",
                                        "HTTP_X_PUSHER_KEY" => webhook.key,
                                        "HTTP_X_PUSHER_SIGNATURE" => webhook.signature)
  end

  def expect_genuine(webhook)
    expect(webhook.valid?).to be(true)
    expect(webhook.events).to eq([{ "name" => "channel_occupied", "channel" => "news" }])
    expect(webhook.time).to be_within(60).of(Time.now)
    expect(webhook.data.keys).to contain_exactly("time_ms", "events")
    expect(webhook).to have_attributes(key: delivery.key, signature: delivery.signature)
  end

  it "come as a Rack::Request" do
    expect_genuine(client.webhook(Rack::Request.new(rack_env)))
  end

  it "come as any request with env and content_type" do
    expect_genuine(client.webhook(Struct.new(:env, :content_type).new(rack_env, "application/json")))
  end

  it "come as a Hash" do
    expect_genuine(client.webhook(delivery.to_h))
    expect_genuine(client.webhook({ key: delivery.key, signature: delivery.signature, body: delivery.body }))
  end

  it "come without braces" do
    expect_genuine(client.webhook(key: delivery.key, signature: delivery.signature, body: delivery.body))
  end

  it "come in a Rack application, whose body can be read again" do
    app = lambda do |env|
      webhook = client.webhook(Rack::Request.new(env))
      [webhook.valid? ? 200 : 401, {}, [webhook.events.length.to_s, Rack::Request.new(env).body.read]]
    end
    response = Rack::MockResponse.new(*app.call(rack_env))
    expect([response.status, response.body]).to eq([200, "1#{delivery.body}"])
  end

  it "are not valid when they were forged" do
    forged = delivery.to_h.merge(body: delivery.body.sub("news", "evil"))
    expect(client.webhook(forged).valid?).to be(false)
    expected = OpenSSL::HMAC.hexdigest("SHA256", client.secret, forged[:body])
    expect(Pusher.logger).to have_received(:warn).once
                                                 .with("Received WebHook with invalid signature: " \
                                                       "got #{delivery.signature}, expected #{expected}")
  end

  it "are not valid with a key nobody knows" do
    expect(client.webhook(delivery.to_h.merge(key: "other")).valid?).to be(false)
    expect(Pusher.logger).to have_received(:warn).once.with("Received webhook with unknown key: other")
  end

  it "are valid with the key of another application of ours" do
    other = ChannelsApi::App.new(id: "4", key: "other", secret: "other secret")
    webhook = client.webhook(ChannelsApi::Webhook.new(other, [{ "name" => "channel_vacated" }]).to_h)
    expect(webhook.valid?({ key: "other", secret: "other secret" })).to be(true)
    expect(webhook.valid?([{ key: "third", secret: "x" }, { key: "other", secret: "other secret" }])).to be(true)
    expect(webhook.valid?).to be(false)
  end

  it "hold JSON and nothing else" do
    webhook = client.webhook(delivery.to_h.merge(content_type: "text/plain"))
    expect { webhook.data }.to raise_error(RuntimeError, "Unknown Content-Type (text/plain)")
    broken = client.webhook(delivery.to_h.merge(body: "{broken"))
    expect { broken.data }.to raise_error(JsonEngine.parse_error)
  end
end
