# frozen_string_literal: true

require_relative "e2e_helper"

RSpec.describe "The auth endpoint with real subscribers", :e2e do
  def connect_to_endpoint(user, **options)
    connect(user, application: stage.endpoints, **options)
  end

  # The requests that contain this text.
  def requests_with(text)
    stage.endpoints.requests.to_a.select { |request| request.body.include?(text) }
  end

  %w[private-open presence-open private-encrypted-open].each do |kind|
    context "on a channel #{kind}" do
      let(:channel) { unique(kind) }

      it "authorises a user whom its rule allows" do
        ann = connect_to_endpoint("ann")
        ann.subscribe(channel)
        pusher.trigger(channel, "greet", "you")
        expect(received(ann, channel)).to eq([%w[greet you]])
      end

      it "refuses a user whom its rule does not allow" do
        stranger = connect_to_endpoint("stranger")
        expect { stranger.subscribe(channel) }.to raise_error(EndToEnd::Subscriber::Refused, /status: 403/)
      end
    end
  end

  %w[private-closed presence-closed private-encrypted-closed].each do |kind|
    it "refuses the channel #{kind}, for which it has no rule" do
      ann = connect_to_endpoint("ann")
      expect { ann.subscribe(unique(kind)) }.to raise_error(EndToEnd::Subscriber::Refused, /status: 403/)
    end
  end

  it "announces the members of a presence channel" do
    info = EndToEnd::Application.info("ann").transform_keys(&:to_s)
    expect(connect_to_endpoint("ann").subscribe(unique("presence-open")))
      .to include("count" => 1, "me" => { "id" => "ann", "info" => info })
  end

  it "signs users in" do
    id = unique("ann")
    ann = connect_to_endpoint(id)
    expect(ann.sign_in).to eq("id" => id)
    pusher.send_to_user(id, "invoice", { sum: 12 })
    expect(ann.personal(1)).to eq([["invoice", { "sum" => 12 }]])
    expect(connect_to_endpoint("stranger").sign_in).to be_nil
  end

  it "authorises 40 channels of all kinds with one request" do
    mark = unique("batch")
    channels = Array.new(40) { |number| "#{%w[private presence private-encrypted][number % 3]}-open-#{mark}-#{number}" }
    ann = connect_to_endpoint("ann", batch: true)
    ann.ask_for_all(channels)
    channels.each do |channel|
      ann.subscribed(channel)
      pusher.trigger(channel, "greet", channel)
    end
    expect(channels.map { |channel| received(ann, channel) }).to eq(channels.map { |channel| [["greet", channel]] })
    expect(requests_with(mark).size).to eq(1)
  end

  it "refuses single channels of a request for several" do
    mark = unique("batch")
    allowed, closed = %w[open closed].map { |name| "private-#{name}-#{mark}" }
    ann = connect_to_endpoint("ann", batch: true)
    ann.ask_for_all([allowed, closed])
    ann.subscribed(allowed)
    expect { ann.subscribed(closed) }.to raise_error(EndToEnd::Subscriber::Refused, /403 not authorised/)
    expect(requests_with(mark).size).to eq(1)
  end
end

RSpec.describe "The webhook endpoint with a real server", :e2e do
  let(:room) { unique("presence-room") }

  def handled(name)
    stage.application.events.wait_for("the event #{name} of #{room}") do |events|
      events.find { |event| event.values_at("name", "channel") == [name, room] }
    end
  end

  it "passes the events of the server to the handlers" do
    ann, ben = %w[ann ben].map { |user| subscribe(user, room) }
    ben.trigger(room, "client-typing", { text: "Grüße" })
    expect(handled("channel_occupied")).to eq("name" => "channel_occupied", "channel" => room)
    expect(handled("member_added")).to include("user_id" => "ann")
    expect(handled("client_event")).to include("event" => "client-typing", "socket_id" => ben.socket_id)
    [ann, ben].each { |one| one.unsubscribe(room) }
    expect(handled("member_removed")["user_id"]).to match(/\A(ann|ben)\z/)
    expect(handled("channel_vacated")).to eq("name" => "channel_vacated", "channel" => room)
  end
end
