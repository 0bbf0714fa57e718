# frozen_string_literal: true

require "compatibility_helper"
require_relative "../../support/applications"

# Test suites that stub requests with WebMock, which is loaded in a separate run: PUSHER_SPECS=webmock.
RSpec.describe "The test suite of an application with WebMock", :webmock do
  include Applications
  include WebMock::API if defined?(WebMock)

  let(:events) { %r{\Ahttps://api-eu\.pusher\.com(:443)?/apps/20/events} }
  let(:service) { load_application("retrying_service")::PublishEvent }

  before do
    Pusher.app_id = "20"
    Pusher.key = "key"
    Pusher.secret = "secret"
    Pusher.cluster = "eu"
  end

  it "stubs every path of the API by a regular expression" do
    stub_request(:post, %r{/apps/.*/events}).to_return(status: 200, body: "{}")
    load_application("model_callback")::Message.new(id: 1, room_id: 5, text: "hello").save
    assert_requested(:post, %r{/apps/20/events}, times: 1)
  end

  it "matches the body by its JSON" do
    stub = stub_request(:post, events)
           .with(body: hash_including({ "name" => "event", "channels" => ["news"] }))
           .to_return(body: "{}")
    Pusher.trigger("news", "event", { a: 1 })
    assert_requested(stub)
  end

  it "matches the body by a block" do
    stub = stub_request(:post, events).with { |request| JSON.parse(JSON.parse(request.body)["data"]) == { "a" => 1 } }
    stub.to_return(body: "{}")
    Pusher.trigger("news", "event", { a: 1 })
    assert_requested(stub, times: 1)
  end

  it "returns a different reply to each request" do
    stub_request(:post, events).to_return({ status: 500, body: "busy" }, { status: 200, body: "{}" })
    expect { Pusher.trigger("news", "event", "data") }
      .to raise_error(Pusher::Error, "Unknown error (status code 500): busy")
    expect(Pusher.trigger("news", "event", "data")).to eq({})
  end

  it "simulates a network that fails and recovers" do
    stub_request(:post, events).to_raise(Errno::ECONNREFUSED).then.to_return(body: "{}")
    naps = []
    sleeper = Object.new
    sleeper.define_singleton_method(:sleep) { |seconds| naps << seconds }
    expect(service.new(sleeper:).call("news", "event", "data")).to eq({})
    expect(naps).to eq([0.1])
  end

  it "simulates timeouts", :fix do
    stub_request(:post, events).to_timeout
    expect { service.new(sleeper: Class.new { def self.sleep(_) = nil }).call("news", "event", "data") }
      .to raise_error(/after 4 attempts/)
    assert_requested(:post, events, times: 4)
  end

  it "stubs queries with their parameters" do
    stub_request(:get, "https://api-eu.pusher.com/apps/20/channels")
      .with(query: hash_including({ "filter_by_prefix" => "presence-" }))
      .to_return(body: '{"channels":{"presence-kitchen":{"user_count":2}}}')
    expect(load_application("admin_page")::AdminPage.new.rooms).to eq([{ name: "kitchen", users: 2 }])
  end

  it "fails with WebMock's error for an unstubbed request" do
    expect { Pusher.trigger("news", "event", "data") }
      .to raise_error(WebMock::NetConnectNotAllowedError, %r{POST https://api-eu\.pusher\.com/apps/20/events})
  end
end
