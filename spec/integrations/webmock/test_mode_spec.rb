# frozen_string_literal: true

require_relative "support/webmock_helper"
require "async"
require "pusher/testing/rspec"

# The middleware of the test mode comes before WebMock's.
RSpec.describe "The test mode while WebMock is enabled" do
  include_context "with a client of an unreachable service"

  ways = {
    "by trigger" => ->(client) { client.trigger("news", "headline", {}) },
    "on a pool thread" => ->(client) { client.trigger_async("news", "headline", {}).pop },
    "on a fiber" => ->(client) { Sync { client.trigger_async("news", "headline", {}).pop } }
  }.freeze

  ways.each do |how, publishing|
    it "records an unstubbed event sent #{how}" do
      Pusher::Testing.fake! do
        publishing.call(client)
        expect(client).to have_triggered("headline").once
      end
      expect(a_request(:any, /./)).not_to have_been_made
    end

    it "evaluates no stub for an event sent #{how}" do
      calls = 0
      stub_request(:post, events_url).with { calls += 1 }
      Pusher::Testing.fake! { publishing.call(client) }
      expect(calls).to eq(0)
    end

    it "lets stubs reply to an event sent #{how} in a disable! block" do
      stub_request(:post, events_url).to_return(status: 200, body: '{"stubbed":1}')
      Pusher::Testing.fake! { Pusher::Testing.disable! { publishing.call(client) } }
      expect(a_request(:post, events_url)).to have_been_made.once
    end
  end

  it "wraps a frozen error, as WebMock's stubs do" do
    failure = IOError.new("broken").freeze
    stub_request(:post, events_url).to_raise(failure)
    expect { publish }.to raise_error(Pusher::HTTPError) { |error| expect(error.original_error).to equal(failure) }
    Pusher::Testing.fake! do
      Pusher::Testing.fail_with(failure)
      expect { publish }.to raise_error(Pusher::HTTPError) { |error| expect(error.original_error).to equal(failure) }
    end
  end

  it "rejects a request that cannot be sent, as WebMock's stubs do" do
    stub_request(:any, /./).to_return(body: "{}")
    client.host = ""
    # URI rejects the host before Ruby 3.4; the transport rejects it with newer versions.
    be_rejected = raise_error { |error| expect(error).to be_a(ArgumentError).or be_a(URI::InvalidComponentError) }
    expect { publish }.to be_rejected
    Pusher::Testing.fake! { expect { publish }.to be_rejected }
  end
end
