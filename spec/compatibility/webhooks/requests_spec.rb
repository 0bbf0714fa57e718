# frozen_string_literal: true

require "compatibility_helper"
require "stringio"

# What a webhook takes, shown by small objects: Rack is not needed.
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

  it "is made by Client#webhook" do
    expect(client.webhook(delivery.to_h)).to be_a(Pusher::WebHook)
  end

  it "can be made with a client" do
    expect_genuine(Pusher::WebHook.new(delivery.to_h, client))
  end

  it "comes as a request with env and content_type" do
    expect_genuine(client.webhook(request))
  end

  it "comes as a request with a media type, which counts then" do
    expect_genuine(client.webhook(request(content_type: "application/json; charset=utf-8",
                                          media_type: "application/json")))
  end

  it "comes as a Hash" do
    expect_genuine(client.webhook(delivery.to_h))
  end

  it "comes as a Hash with the stream of a request as its body", :fix do
    body = StringIO.new(delivery.body).tap(&:read)
    expect_genuine(client.webhook(delivery.to_h.merge(body:)))
    expect(body.read).to eq(delivery.body)
  end

  it "comes without braces" do
    expect_genuine(client.webhook(key: delivery.key, signature: delivery.signature, body: delivery.body))
  end

  it "comes as anything that answers []" do
    fields = delivery.to_h
    parameters = Class.new { define_method(:[]) { |name| fields[name] } }.new
    expect_genuine(client.webhook(parameters))
  end

  it "is JSON in a Hash that says nothing about it" do
    expect_genuine(client.webhook(delivery.to_h.except(:content_type)))
  end

  it "has a key and a signature" do
    [request, delivery.to_h].each do |source|
      expect(client.webhook(source)).to have_attributes(key: delivery.key, signature: delivery.signature)
    end
  end

  it "leaves the body readable for others" do
    input = StringIO.new(delivery.body)
    expect_genuine(client.webhook(request(env(input:))))
    expect(input.read).to eq(delivery.body)
  end

  it "comes with a body that cannot be rewound", :fix do
    input = Class.new { def initialize(body) = @body = body }.new(delivery.body)
    def input.read(*) = @body
    expect_genuine(client.webhook(request(env(input:))))
  end

  it "may have no body", :fix do
    Pusher.logger = instance_double(Logger, warn: nil)
    expect(client.webhook(request(env(input: nil))).valid?).to be(false)
    expect(client.webhook(delivery.to_h.merge(body: nil)).valid?).to be(false)
  end

  it "may have a content type with parameters as a request", :fix do
    expect_genuine(client.webhook(request(content_type: "application/json; charset=utf-8")))
  end

  it "may have a content type with parameters as a Hash", :fix do
    expect_genuine(client.webhook(delivery.to_h.merge(content_type: "application/json;charset=utf-8")))
  end
end
