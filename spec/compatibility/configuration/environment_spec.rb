# frozen_string_literal: true

require "compatibility_helper"

RSpec.describe "A client configured by the environment" do
  it "reads PUSHER_URL" do
    ENV["PUSHER_URL"] = "https://somekey:somesecret@api-eu.pusher.com/apps/87"
    client = Pusher::Client.from_env
    expect(client).to have_attributes(scheme: "https", host: "api-eu.pusher.com", port: 443)
    expect(client).to have_attributes(key: "somekey", secret: "somesecret", app_id: "87")
  end

  it "reads another variable if it is given" do
    ENV["OTHER_URL"] = "http://k:s@events.test/apps/1"
    expect(Pusher::Client.from_env("OTHER_URL")).to have_attributes(key: "k", host: "events.test", port: 80)
  end

  it "raises if PUSHER_URL is not set" do
    expect { Pusher::Client.from_env }.to raise_error(Pusher::ConfigurationError, /PUSHER_URL/)
  end

  it "raises with the name of the given variable if that is not set" do
    expect { Pusher::Client.from_env("OTHER_URL") }.to raise_error(Pusher::ConfigurationError, /OTHER_URL/)
  end

  it "raises if the variable does not contain a url" do
    ENV["PUSHER_URL"] = "not a url"
    expect { Pusher::Client.from_env }.to raise_error(URI::InvalidURIError)
  end

  it "is a new object at each call" do
    ENV["PUSHER_URL"] = endpoint.url
    expect(Pusher::Client.from_env).not_to equal(Pusher::Client.from_env)
  end

  it "publishes" do
    ENV["PUSHER_URL"] = endpoint.url
    Pusher::Client.from_env.trigger("news", "event", "data")
    expect(endpoint.events.size).to eq(1)
  end
end
