# frozen_string_literal: true

require "spec_helper"
require_relative "../support/http_stub"

RSpec.describe Pusher::Client, "queries" do
  include HttpStub

  let(:client) { build_client }

  it "of a channel object call get of the client" do
    expect(client).to receive(:get).with("/channels/news", { info: "" }).and_return(:facts)
    expect(client).to receive(:get).with("/channels/news/users", {}).and_return({ users: [1] })
    expect(client.channel("news").info).to eq(:facts)
    expect(client.channel("news").users).to eq([1])
  end

  it "raise URI's error for a channel name that is not valid UTF-8" do
    expect { client.channel_info("a\xFF") }.to raise_error(URI::InvalidComponentError)
  end
end
