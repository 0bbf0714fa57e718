# frozen_string_literal: true

require "compatibility_helper"
require "rack"
require "rack/mock"

RSpec.describe "A webhook in a Rack application" do
  let(:client) { Pusher::Client.new(endpoint.client_options) }
  let(:delivery) { endpoint.webhook({ "name" => "channel_occupied", "channel" => "news" }) }

  def env(**more)
    Rack::MockRequest.env_for("/hooks", method: "POST", input: delivery.body, "CONTENT_TYPE" => "application/json",
                                        "HTTP_X_PUSHER_KEY" => delivery.key,
                                        "HTTP_X_PUSHER_SIGNATURE" => delivery.signature, **more)
  end

  it "can be a Rack::Request" do
    webhook = client.webhook(Rack::Request.new(env))
    expect(webhook.valid?).to be(true)
    expect(webhook.events).to eq([{ "name" => "channel_occupied", "channel" => "news" }])
    expect(webhook).to have_attributes(key: delivery.key, signature: delivery.signature)
  end

  it "can have a content type with parameters" do
    webhook = client.webhook(Rack::Request.new(env("CONTENT_TYPE" => "application/json; charset=utf-8")))
    expect(webhook.data.keys).to contain_exactly("time_ms", "events")
  end

  it "leaves the body readable" do
    app = lambda do |env|
      webhook = client.webhook(Rack::Request.new(env))
      [webhook.valid? ? 200 : 401, {}, [Rack::Request.new(env).body.read]]
    end
    response = Rack::MockResponse.new(*app.call(env))
    expect([response.status, response.body]).to eq([200, delivery.body])
  end
end
