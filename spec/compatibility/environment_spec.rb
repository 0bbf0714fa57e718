# frozen_string_literal: true

require "spec_helper"

# Chapter 3: configuration from the environment.
RSpec.describe "Configuration from the environment" do
  it "from_env reads PUSHER_URL" do
    ENV["PUSHER_URL"] = "https://somekey:somesecret@api-eu.pusher.com/apps/87"
    expect(Pusher::Client.from_env).to have_attributes(key: "somekey", secret: "somesecret", app_id: "87", port: 443,
                                                       scheme: "https", host: "api-eu.pusher.com")
  end

  it "from_env reads another variable" do
    ENV["OTHER_URL"] = "http://k:s@events.test/apps/1"
    expect(Pusher::Client.from_env("OTHER_URL")).to have_attributes(key: "k", host: "events.test", port: 80)
  end

  it "from_env names the variable that is not set" do
    expect { Pusher::Client.from_env }.to raise_error(Pusher::ConfigurationError, /PUSHER_URL/)
    expect { Pusher::Client.from_env("OTHER_URL") }.to raise_error(Pusher::ConfigurationError, /OTHER_URL/)
  end

  it "from_env refuses what is no url" do
    ENV["PUSHER_URL"] = "not a url"
    expect { Pusher::Client.from_env }.to raise_error(URI::InvalidURIError)
  end

  it "from_env gives a new client each time" do
    ENV["PUSHER_URL"] = endpoint.url
    expect(Pusher::Client.from_env).not_to equal(Pusher::Client.from_env)
    Pusher::Client.from_env.trigger("news", "event", "data")
    expect(endpoint.events.length).to eq(1)
  end

  it "a client that was configured otherwise does not read it" do
    ENV["PUSHER_URL"] = "http://k:s@events.test/apps/1"
    expect(Pusher::Client.new(app_id: "20")).to have_attributes(app_id: "20", key: nil, host: "api-mt1.pusher.com")
  end
end
