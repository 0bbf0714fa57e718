# frozen_string_literal: true

require_relative "support/webmock_helper"
require "async"
require "pusher/testing/rspec"

# The test mode comes before WebMock: what it answers, WebMock is not asked about.
RSpec.describe "The test mode where WebMock is switched on" do
  include_context "with a client of a far service"

  ways = {
    "at once" => ->(client) { client.trigger("news", "headline", {}) },
    "by a thread" => ->(client) { client.trigger_async("news", "headline", {}).pop },
    "by a fiber" => ->(client) { Sync { client.trigger_async("news", "headline", {}).pop } }
  }.freeze

  ways.each do |how, publishing|
    it "records what is sent #{how}, though nothing stubs it" do
      Pusher::Testing.fake! do
        publishing.call(client)
        expect(client).to have_triggered("headline").once
      end
      expect(a_request(:any, /./)).not_to have_been_made
    end

    it "leaves the stubs of others alone: #{how}" do
      asked = 0
      stub_request(:post, events_url).with { asked += 1 }
      Pusher::Testing.fake! { publishing.call(client) }
      expect(asked).to eq(0)
    end

    it "lets what is sent #{how} through to the stubs where it is off" do
      stub_request(:post, events_url).to_return(status: 200, body: '{"stubbed":1}')
      Pusher::Testing.fake! { Pusher::Testing.disable! { publishing.call(client) } }
      expect(a_request(:post, events_url)).to have_been_made.once
    end
  end

  it "wraps an error that is frozen, as a constant of a suite may be" do
    failure = IOError.new("broken").freeze
    stub_request(:post, events_url).to_raise(failure)
    expect { publish }.to raise_error(Pusher::HTTPError) { |error| expect(error.original_error).to equal(failure) }
    Pusher::Testing.fake! do
      Pusher::Testing.fail_with(failure)
      expect { publish }.to raise_error(Pusher::HTTPError) { |error| expect(error.original_error).to equal(failure) }
    end
  end

  it "refuses what no transport could send, as a stub does" do
    stub_request(:any, /./).to_return(body: "{}")
    client.host = ""
    # URI refuses it before Ruby 3.4, the transport from then on.
    refused = raise_error { |error| expect(error).to be_a(ArgumentError).or be_a(URI::InvalidComponentError) }
    expect { publish }.to refused
    Pusher::Testing.fake! { expect { publish }.to refused }
  end
end
