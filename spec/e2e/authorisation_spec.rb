# frozen_string_literal: true

require_relative "e2e_helper"

RSpec.describe "Authorising real subscribers", :e2e do
  # The application of somebody with another secret.
  def forging_application
    application = EndToEnd::Application.new(Pusher::Client.new(**stage.client_options, secret: "another"))
    yield application
  ensure
    application.stop
  end

  %w[private-room presence-room private-encrypted-room].each do |kind|
    context "on #{kind}" do
      let(:channel) { unique(kind) }

      it "lets in whom the application lets in" do
        ann = subscribe("ann", channel)
        pusher.trigger(channel, "greet", "you")
        expect(received(ann, channel)).to eq([%w[greet you]])
      end

      it "keeps out whom the application does not know" do
        stranger = connect("stranger")
        expect { stranger.subscribe(channel) }.to raise_error(EndToEnd::Subscriber::Refused, /403/)
      end

      it "keeps out whoever comes with another secret's signature" do
        forging_application do |application|
          eve = connect("eve", application:)
          expect { eve.subscribe(channel) }.to raise_error(EndToEnd::Subscriber::Refused, /4009/)
        end
      end
    end
  end

  it "tells the members of a presence channel who is there, comes and goes" do
    room = unique("presence-room")
    ann = connect("ann")
    expect(ann.subscribe(room)).to include("count" => 1, "me" => member("ann"))

    ben = connect("ben")
    expect(ben.subscribe(room)).to include("count" => 2, "myID" => "ben", "members" => both)
    expect(ann.notice(room, "pusher:member_added")).to eq(member("ben"))

    ben.unsubscribe(room)
    expect(ann.notice(room, "pusher:member_removed")).to eq(member("ben"))
  end

  it "counts somebody with two connections once" do
    room = unique("presence-room")
    subscribe("ann", room)
    expect(connect("ann").subscribe(room)).to include("count" => 1)
  end

  def info(user)
    EndToEnd::Application.info(user).transform_keys(&:to_s)
  end

  def member(user)
    { "id" => user, "info" => info(user) }
  end

  def both
    %w[ann ben].to_h { |user| [user, info(user)] }
  end
end
