# frozen_string_literal: true

require_relative "../../../spec_helper"
require "tmpdir"
require "webmock/rspec"

# Resets WebMock after each example.
RSpec.configure do |config|
  config.after do
    WebMock.enable!
    WebMock.disable_net_connect!
    WebMock.reset_callbacks
    WebMock::StubRegistry.instance.global_stubs.clear
  end
end

# The client's host does not resolve, so a request that is really sent fails.
RSpec.shared_context "with a client of an unreachable service" do
  let(:client) { Pusher::Client.new(app_id: "20", key: "the-key", secret: "the-secret", host: "api.test") }
  let(:events_url) { %r{\Ahttps://api\.test/apps/20/events\?} }

  def publish(**data)
    client.trigger("news", "headline", data)
  end
end
