# frozen_string_literal: true

require_relative "e2e_helper"

RSpec.describe "Queries to a real server", :e2e do
  let(:prefix) { unique("presence-room") }
  let(:room) { "#{prefix}-1" }

  it "return the occupied channels" do
    subscribe("ann", room, "#{prefix}-2")
    expect(pusher.channels(filter_by_prefix: prefix)).to eq(channels: { room => {}, "#{prefix}-2" => {} })
  end

  it "return the number of users of each channel" do
    subscribe("ann", room)
    subscribe("ben", room)
    subscribe("ann", room)
    expect(pusher.channels(filter_by_prefix: prefix, info: "user_count"))
      .to eq(channels: { room => { "user_count" => 2 } })
  end

  it "return nothing for channels without subscribers" do
    expect(pusher.channels(filter_by_prefix: prefix)).to eq(channels: {})
  end

  it "return the attributes of one channel" do
    subscribe("ann", room)
    expect(pusher.channel_info(room)).to include(occupied: true)
    expect(pusher.channel_info(room, info: "user_count,subscription_count"))
      .to include(occupied: true, user_count: 1, subscription_count: 1)
    expect(pusher.channel_info("#{prefix}-2")).to include(occupied: false)
    expect(pusher[room].info(%w[user_count])).to include(user_count: 1)
  end

  it "return the users of a presence channel" do
    subscribe("ann", room)
    subscribe("ben", room)
    expect(pusher.channel_users(room)[:users]).to contain_exactly({ "id" => "ann" }, { "id" => "ben" })
    expect(pusher[room].users).to contain_exactly({ "id" => "ann" }, { "id" => "ben" })
  end

  # sockudo reads only the last of several values; one value shows that an Array is signed as it is sent.
  it "can have parameters of every kind" do
    subscribe("ann", room)
    reply = pusher.get("/channels", filter_by_prefix: prefix, "Info" => :user_count, tags: ["ü &=+%/"], none: nil)
    expect(reply).to eq(channels: { room => { "user_count" => 1 } })
  end
end
