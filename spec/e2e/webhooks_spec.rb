# frozen_string_literal: true

require_relative "e2e_helper"
require "rack"

RSpec.describe "Webhooks of a real server", :e2e do
  let(:room) { unique("presence-room") }
  let(:log) { StringIO.new }

  before { Pusher.logger = Logger.new(log, level: :warn) }

  # The first webhook with an event of this name on the channel of the example, and that event.
  def delivered(name)
    stage.application.webhooks.wait_for("the webhook #{name} of #{room}") do |requests|
      requests.lazy.filter_map { |request| [request, event(request, name)] if event(request, name) }.first
    end
  end

  def event(request, name)
    events(request).find { |event| event.values_at("name", "channel") == [name, room] }
  end

  # Only webhooks that the gem finds valid.
  def events(request)
    webhook = pusher.webhook(request)
    expect(webhook).to be_valid
    webhook.events
  end

  it "are valid for all kinds of events" do
    ann = subscribe("ann", room)
    expect(delivered("channel_occupied").last).to eq("name" => "channel_occupied", "channel" => room)
    expect(delivered("member_added").last).to include("user_id" => "ann")
    ben = subscribe("ben", room)
    ben.trigger(room, "client-typing", { text: "Grüße, 世界 🌍" })
    expect(delivered("client_event").last)
      .to include("event" => "client-typing", "socket_id" => ben.socket_id, "data" => { "text" => "Grüße, 世界 🌍" })
    [ann, ben].each { |one| one.unsubscribe(room) }
    expect(delivered("member_removed").last["user_id"]).to match(/\A(ann|ben)\z/)
    expect(delivered("channel_vacated").last).to eq("name" => "channel_vacated", "channel" => room)
    expect(log.string).to be_empty
  end

  it "have the time at which they were sent" do
    before = Time.now
    subscribe("ann", room)
    time = pusher.webhook(delivered("member_added").first).time
    expect(time).to be_between(before - 1, Time.now + 1)
  end

  it "can be read from a Rack request" do
    subscribe("ann", room)
    request = delivered("member_added").first
    env = Rack::MockRequest.env_for("/", method: "POST", input: request[:body],
                                         "CONTENT_TYPE" => request[:content_type],
                                         "HTTP_X_PUSHER_KEY" => request[:key],
                                         "HTTP_X_PUSHER_SIGNATURE" => request[:signature])
    webhook = pusher.webhook(Rack::Request.new(env))
    expect(webhook).to be_valid
    expect(webhook.events).to eq(events(request))
  end

  it "are invalid after a byte was changed" do
    subscribe("ann", room)
    request = delivered("member_added").first
    forged = request.merge(body: request[:body].sub("\"ann\"", "\"eve\""))
    expect(forged).not_to eq(request)
    expect(pusher.webhook(forged)).not_to be_valid
    expect(log.string).to include("Received WebHook with invalid signature: got #{request[:signature]}, expected ")
  end

  it "are invalid with another secret, and valid if the right one is among several" do
    subscribe("ann", room)
    request = delivered("member_added").first
    other = Pusher::Client.new(**stage.client_options, secret: "another")
    expect(other.webhook(request)).not_to be_valid
    token = { key: stage.server.key, secret: stage.server.secret }
    expect(other.webhook(request).valid?([{ key: "elsewhere", secret: "x" }, token])).to be(true)
  end
end
