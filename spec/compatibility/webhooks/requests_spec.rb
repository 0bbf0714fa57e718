# frozen_string_literal: true

require "compatibility_helper"
require "stringio"

# The objects that a webhook accepts. Rack is not needed.
RSpec.describe "A webhook" do
  let(:client) { Pusher::Client.new(endpoint.client_options) }
  let(:delivery) { endpoint.webhook({ "name" => "channel_occupied", "channel" => "news" }) }

  def env(input: StringIO.new(delivery.body))
    { "rack.input" => input, "HTTP_X_PUSHER_KEY" => delivery.key, "HTTP_X_PUSHER_SIGNATURE" => delivery.signature }
  end

  def request(env = self.env, content_type: "application/json", **more)
    Struct.new(:env, :content_type, *more.keys).new(env, content_type, *more.values)
  end

  def expect_genuine(webhook)
    expect(webhook.valid?).to be(true)
    expect(webhook.events).to eq([{ "name" => "channel_occupied", "channel" => "news" }])
  end

  it "is returned by Client#webhook" do
    expect(client.webhook(delivery.to_h)).to be_a(Pusher::WebHook)
  end

  it "can be created with a client" do
    expect_genuine(Pusher::WebHook.new(delivery.to_h, client))
  end

  it "can be a request with env and content_type" do
    expect_genuine(client.webhook(request))
  end

  it "can be a request with media_type, which takes precedence over content_type" do
    expect_genuine(client.webhook(request(content_type: "application/json; charset=utf-8",
                                          media_type: "application/json")))
  end

  it "can be a Hash" do
    expect_genuine(client.webhook(delivery.to_h))
  end

  it "can be a Hash whose body is the stream of a request", :fix do
    body = StringIO.new(delivery.body).tap(&:read)
    expect_genuine(client.webhook(delivery.to_h.merge(body:)))
    expect(body.read).to eq(delivery.body)
  end

  it "can be a Hash without braces" do
    expect_genuine(client.webhook(key: delivery.key, signature: delivery.signature, body: delivery.body))
  end

  it "can be any object with []" do
    fields = delivery.to_h
    parameters = Class.new { define_method(:[]) { |name| fields[name] } }.new
    expect_genuine(client.webhook(parameters))
  end

  it "has the content type JSON if a Hash gives none" do
    expect_genuine(client.webhook(delivery.to_h.except(:content_type)))
  end

  it "has a key and a signature" do
    [request, delivery.to_h].each do |source|
      expect(client.webhook(source)).to have_attributes(key: delivery.key, signature: delivery.signature)
    end
  end

  it "leaves the body readable" do
    input = StringIO.new(delivery.body)
    expect_genuine(client.webhook(request(env(input:))))
    expect(input.read).to eq(delivery.body)
  end

  it "can have a body that cannot be rewound", :fix do
    input = Class.new { def initialize(body) = @body = body }.new(delivery.body)
    def input.read(*) = @body
    expect_genuine(client.webhook(request(env(input:))))
  end

  it "can have no body", :fix do
    Pusher.logger = instance_double(Logger, warn: nil)
    expect(client.webhook(request(env(input: nil))).valid?).to be(false)
    expect(client.webhook(delivery.to_h.merge(body: nil)).valid?).to be(false)
  end

  it "can have a content type with parameters in a request", :fix do
    expect_genuine(client.webhook(request(content_type: "application/json; charset=utf-8")))
  end

  it "can have a content type with parameters in a Hash", :fix do
    expect_genuine(client.webhook(delivery.to_h.merge(content_type: "application/json;charset=utf-8")))
  end
end
