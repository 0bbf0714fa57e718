# frozen_string_literal: true

require_relative "e2e_helper"

RSpec.describe "Authorising real subscribers", :e2e do
  # An application with another secret.
  def forging_application
    application = EndToEnd::Application.new(Pusher::Client.new(**stage.client_options, secret: "another"))
    yield application
  ensure
    application.stop
  end

  %w[private-room presence-room private-encrypted-room].each do |kind|
    context "on #{kind}" do
      let(:channel) { unique(kind) }

      it "admits a user whom the application authorises" do
        ann = subscribe("ann", channel)
        pusher.trigger(channel, "greet", "you")
        expect(received(ann, channel)).to eq([%w[greet you]])
      end

      it "refuses a user whom the application does not authorise" do
        stranger = connect("stranger")
        expect { stranger.subscribe(channel) }.to raise_error(EndToEnd::Subscriber::Refused, /403/)
      end

      it "refuses a signature of another secret" do
        forging_application do |application|
          eve = connect("eve", application:)
          expect { eve.subscribe(channel) }.to raise_error(EndToEnd::Subscriber::Refused, /4009/)
        end
      end
    end
  end

  it "shows the members of a presence channel, and who joins and leaves" do
    room = unique("presence-room")
    ann = connect("ann")
    expect(ann.subscribe(room)).to include("count" => 1, "me" => member("ann"))

    ben = connect("ben")
    expect(ben.subscribe(room)).to include("count" => 2, "myID" => "ben", "members" => both)
    expect(ann.notice(room, "pusher:member_added")).to eq(member("ben"))

    ben.unsubscribe(room)
    expect(ann.notice(room, "pusher:member_removed")).to eq(member("ben"))
  end

  it "counts a user with two connections once" do
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
