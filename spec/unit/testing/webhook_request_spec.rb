# frozen_string_literal: true

require_relative "testing_helper"
require "rack"
require "rack/mock"

RSpec.describe Pusher::Testing, ".webhook_request" do
  include_context "with the test mode"

  let(:events) { [{ name: "channel_occupied", channel: "ü" }, { name: "member_added", channel: "p", user_id: "1" }] }
  let(:request) { described_class.webhook_request(events, client:) }
  let(:events_with_strings) { events.map { |event| event.transform_keys(&:to_s) } }

  # A Rack application that receives webhooks.
  let(:receiver) do
    lambda do |env|
      webhook = client.webhook(Rack::Request.new(env))
      webhook.valid? ? [200, {}, [webhook.events.size.to_s, env["PATH_INFO"]]] : [401, {}, []]
    end
  end

  it "is accepted by Client#webhook, also while the test mode is off" do
    webhook = client.webhook(request)

    expect(webhook).to be_valid
    expect(webhook.events).to eq(events_with_strings)
    expect(webhook.key).to eq("key")
  end

  it "is signed by the default client at the current time by default" do
    Pusher.url = "http://default:secret@127.0.0.1:1/apps/3"
    now = Time.now
    webhook = Pusher.webhook(described_class.webhook_request(events))

    expect(webhook).to be_valid.and have_attributes(key: "default", time: be_between(now - 1, now + 60))
    expect(Pusher.webhook(described_class.webhook_request(events, client: Pusher))).to be_valid
  end

  it "contains the given time in milliseconds" do
    time = Time.at(1_700_000_000, 123_999, :microsecond)

    expect(client.webhook(described_class.webhook_request(events, client:, time:)).data["time_ms"])
      .to eq(1_700_000_000_123)
  end

  it "accepts a single event" do
    expect(client.webhook(described_class.webhook_request({ name: "e" }, client:)).events).to eq([{ "name" => "e" }])
  end

  it "is invalid for a client with another secret" do
    Pusher.logger = Logger.new(nil)

    expect(Pusher::Client.new(app_id: "3", key: "key", secret: "other").webhook(request)).not_to be_valid
  end

  it "raises ConfigurationError for a client without credentials" do
    expect { described_class.webhook_request(events, client: Pusher::Client.new) }
      .to raise_error(Pusher::ConfigurationError)
  end

  it "has the headers and the body to post in a request spec" do
    headers = { "Content-Type" => "application/json", "X-Pusher-Key" => "key",
                "X-Pusher-Signature" => OpenSSL::HMAC.hexdigest("SHA256", "secret", request.body) }

    expect(request).to have_attributes(headers:, content_type: "application/json", body: be_frozen)
    fields = headers.transform_keys do |name|
      name == "Content-Type" ? "CONTENT_TYPE" : "HTTP_#{name.upcase.tr("-", "_")}"
    end
    response = Rack::MockRequest.new(receiver).post("/hooks", fields.merge(input: request.body))
    expect([response.status, response.body]).to eq([200, "2/hooks"])
  end

  it "builds Rack environments that pass Rack::Lint and can be read twice" do
    app = Rack::Lint.new(lambda do |env|
      status, _, body = receiver.call(env)
      [status, { "content-type" => "text/plain" }, body]
    end)
    status, = app.call(request.env("/hooks"))

    expect(status).to eq(200)
    expect(Array.new(2) { receiver.call(request.env).first }).to eq([200, 200])
    env = request.env("/hooks")
    expect(Array.new(2) { receiver.call(env) }.map(&:last)).to eq([["2", "/hooks"], ["2", "/hooks"]])
    expect(Rack::Request.new(env)).to have_attributes(media_type: "application/json", post?: true,
                                                      content_length: request.body.bytesize.to_s)
  end

  it "omits the signature and the body from inspect" do
    expect(request.inspect).to eq('#<Pusher::Testing::WebhookRequest key="key">')
  end
end
