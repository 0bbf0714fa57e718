# frozen_string_literal: true

require "compatibility_helper"
require_relative "../../support/applications"

# Applications that change the gem from outside. Each runs in a process of its own.
RSpec.describe "An application that patches the gem", :socket do
  include Applications

  let(:environment) { { "PUSHER_URL" => endpoint.url } }

  it "sees every request by a module before Request#send_sync" do
    expect(run_application("patch_send_sync", environment)).to match(["ok true", "ok true", /\APusher::Error \d+\z/])
  end

  it "tries again by an alias of Request#send_sync", :fix do
    endpoint.drop
    expect(run_application("patch_send_sync_alias", environment)).to eq(["trying again", "{}"])
    expect([endpoint.requests.size, endpoint.events.size]).to eq([2, 1])
  end

  it "changes the channels of every way to publish by an alias chain of Client#trigger" do
    run_application("patch_client_trigger", environment)
    expect(endpoint.events.map { |event| [event.name, event.channels] })
      .to eq([["module", ["staging-news"]], ["client", %w[staging-a staging-b]], ["channel", ["staging-news"]],
              ["subclass", ["staging-news"]]])
  end

  it "holds events back by a module before Channel#trigger" do
    expect(run_application("patch_channel_trigger", environment)).to eq(["held back: news first"])
    expect(endpoint.events.map(&:name)).to eq(["second"])
  end

  it "rescues errors by httpclient's names inside the module Pusher", :added do
    endpoint.drop
    expect(run_application("patch_with_httpclient_names", environment))
      .to eq(["ignored Pusher::HTTPError", "nil", "{}"])
    expect(endpoint.events.map(&:name)).to eq(["second"])
  end
end
