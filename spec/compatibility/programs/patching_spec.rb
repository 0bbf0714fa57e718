# frozen_string_literal: true

require "compatibility_helper"
require_relative "../../support/applications"

# Applications that patch the gem. Each runs in a separate process.
RSpec.describe "An application that patches the gem", :socket do
  include Applications

  let(:environment) { { "PUSHER_URL" => endpoint.url } }

  it "sees every request with a module prepended to Request" do
    expect(run_application("patch_send_sync", environment)).to match(["ok true", "ok true", /\APusher::Error \d+\z/])
  end

  it "retries with an alias of Request#send_sync", :fix do
    endpoint.drop
    expect(run_application("patch_send_sync_alias", environment)).to eq(["trying again", "{}"])
    expect([endpoint.requests.size, endpoint.events.size]).to eq([2, 1])
  end

  it "changes the channels of all kinds of events with an alias of Client#trigger" do
    run_application("patch_client_trigger", environment)
    expect(endpoint.events.map { |event| [event.name, event.channels] })
      .to eq([["module", ["staging-news"]], ["client", %w[staging-a staging-b]], ["channel", ["staging-news"]],
              ["subclass", ["staging-news"]]])
  end

  it "suppresses events with a module prepended to Channel" do
    expect(run_application("patch_channel_trigger", environment)).to eq(["held back: news first"])
    expect(endpoint.events.map(&:name)).to eq(["second"])
  end

  it "defines methods again in its test suite, and calls the others" do
    expect(run_application("redefined_methods", environment))
      .to eq(["module: news first [[:id, 1]]", "channel: news second", "[nil, nil, \"private-#{endpoint.app.key}\"]"])
    expect(endpoint.events.map(&:name)).to eq(%w[fourth fifth])
  end

  it "rescues errors by httpclient's names inside module Pusher", :added do
    endpoint.drop
    expect(run_application("patch_with_httpclient_names", environment))
      .to eq(["ignored Pusher::HTTPError", "nil", "{}"])
    expect(endpoint.events.map(&:name)).to eq(["second"])
  end
end
