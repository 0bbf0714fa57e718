# frozen_string_literal: true

require "compatibility_helper"

RSpec.describe "Client#url" do
  let(:client) { Pusher::Client.new(app_id: "20") }

  it "returns a URI" do
    expect(client.url("/events")).to be_a(URI::Generic)
  end

  it "returns the url of a path of the app" do
    expect(client.url("/events").to_s).to eq("https://api-mt1.pusher.com:443/apps/20/events")
  end

  it "returns the url of the app without a path" do
    expect([client.url, client.url(nil)].map(&:to_s)).to eq(["https://api-mt1.pusher.com:443/apps/20"] * 2)
  end

  it "contains the port of http" do
    client.use_tls = false
    expect(client.url("/events").to_s).to eq("http://api-mt1.pusher.com:80/apps/20/events")
  end

  it "contains another port" do
    client.port = 8080
    expect(client.url("/events").to_s).to eq("https://api-mt1.pusher.com:8080/apps/20/events")
  end

  [nil, ""].each do |none|
    it "contains no port if that is #{none.inspect}" do
      client.port = none
      expect(client.url("/events").to_s).to eq("https://api-mt1.pusher.com/apps/20/events")
    end
  end

  [20, :"20"].each do |app_id|
    it "accepts an app_id of the class #{app_id.class}" do
      client.app_id = app_id
      expect(client.url.path).to eq("/apps/20")
    end
  end

  it "needs an app_id" do
    expect { Pusher::Client.new.url }
      .to raise_error(Pusher::ConfigurationError, "missing key `app_id' in the client configuration")
  end

  ["/with space", "/ünal", "/a\nb"].each do |path|
    it "refuses #{path.inspect}, which is not a valid path" do
      expect { client.url(path) }.to raise_error(URI::InvalidComponentError)
    end
  end

  it "escapes nothing" do
    expect(client.url("/a%20b").to_s).to end_with("/apps/20/a%20b")
  end

  describe "if the port is a String of digits" do
    it "contains the port, and the reader returns the String" do
      client.port = "8080"
      expect([client.port, client.url.to_s]).to eq(["8080", "https://api-mt1.pusher.com:8080/apps/20"])
    end

    it "is where requests are sent" do
      client = Pusher::Client.new(**endpoint.client_options, port: endpoint.port.to_s)
      client.trigger("news", "event", "data")
      expect(endpoint.events.size).to eq(1)
    end
  end
end
