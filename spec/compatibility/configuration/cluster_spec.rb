# frozen_string_literal: true

require "compatibility_helper"

RSpec.describe "The cluster of a client" do
  it "determines the host" do
    expect(Pusher::Client.new(cluster: "eu").host).to eq("api-eu.pusher.com")
  end

  it "can be changed" do
    client = Pusher::Client.new(cluster: "eu")
    client.cluster = "ap1"
    expect(client.host).to eq("api-ap1.pusher.com")
  end

  it "is mt1 by default" do
    expect(Pusher::Client::DEFAULT_CLUSTER).to eq("mt1")
    expect(Pusher::Client.new.host).to eq("api-mt1.pusher.com")
  end

  [nil, ""].each do |none|
    it "is mt1 if the option is #{none.inspect}" do
      expect(Pusher::Client.new(cluster: none).host).to eq("api-mt1.pusher.com")
    end

    it "is mt1 if it is set to #{none.inspect}" do
      client = Pusher::Client.new(cluster: "eu")
      client.cluster = none
      expect(client.host).to eq("api-mt1.pusher.com")
    end
  end

  it "does not apply if the option host is given" do
    expect(Pusher::Client.new(cluster: "eu", host: "events.test").host).to eq("events.test")
  end

  it "replaces a host that was set before, and is replaced by a host that is set later" do
    client = Pusher::Client.new(host: "events.test")
    client.cluster = "eu"
    expect(client.host).to eq("api-eu.pusher.com")
    client.host = "events.test"
    expect(client.host).to eq("events.test")
  end

  it "does not change the scheme and the port" do
    client = Pusher::Client.new(use_tls: false, port: 81)
    client.cluster = "eu"
    expect(client).to have_attributes(scheme: "http", port: 81)
  end

  it "can be a Symbol", :fix do
    client = Pusher::Client.new(cluster: :eu)
    expect(client).to have_attributes(host: "api-eu.pusher.com", cluster: "eu")
  end

  it "is the default if it is false", :fix do
    client = Pusher::Client.new(cluster: false)
    expect(client).to have_attributes(host: "api-mt1.pusher.com", cluster: nil)
  end

  it "can be read if it was an option", :added do
    expect(Pusher::Client.new(cluster: "eu").cluster).to eq("eu")
  end

  it "can be read if it was set later", :added do
    client = Pusher::Client.new(cluster: "eu")
    client.cluster = "ap1"
    expect(client.cluster).to eq("ap1")
  end

  it "is nil if it was never set", :added do
    expect([Pusher::Client.new.cluster, Pusher::Client.new(host: "events.test").cluster]).to eq([nil, nil])
  end
end
