# frozen_string_literal: true

require "compatibility_helper"

RSpec.describe "Client#url" do
  let(:client) { Pusher::Client.new(app_id: "20") }

  it "is a URI" do
    expect(client.url("/events")).to be_a(URI::Generic)
  end

  it "is the address of a path of the application" do
    expect(client.url("/events").to_s).to eq("https://api-mt1.pusher.com:443/apps/20/events")
  end

  it "is the address of the application without a path" do
    expect([client.url, client.url(nil)].map(&:to_s)).to eq(["https://api-mt1.pusher.com:443/apps/20"] * 2)
  end

  it "shows the port of http as well" do
    client.use_tls = false
    expect(client.url("/events").to_s).to eq("http://api-mt1.pusher.com:80/apps/20/events")
  end

  it "shows another port" do
    client.port = 8080
    expect(client.url("/events").to_s).to eq("https://api-mt1.pusher.com:8080/apps/20/events")
  end

  [nil, ""].each do |none|
    it "shows no port where it is #{none.inspect}" do
      client.port = none
      expect(client.url("/events").to_s).to eq("https://api-mt1.pusher.com/apps/20/events")
    end
  end

  [20, :"20"].each do |app_id|
    it "takes an app_id of the class #{app_id.class}" do
      client.app_id = app_id
      expect(client.url.path).to eq("/apps/20")
    end
  end

  it "needs an app_id" do
    expect { Pusher::Client.new.url }
      .to raise_error(Pusher::ConfigurationError, "missing key `app_id' in the client configuration")
  end

  ["/with space", "/ünal", "/a\nb"].each do |path|
    it "refuses #{path.inspect}, which is no path of a URI" do
      expect { client.url(path) }.to raise_error(URI::InvalidComponentError)
    end
  end

  it "escapes nothing" do
    expect(client.url("/a%20b").to_s).to end_with("/apps/20/a%20b")
  end

  describe "with a port that is a String of digits" do
    it "shows it, and the reader returns it unchanged" do
      client.port = "8080"
      expect([client.port, client.url.to_s]).to eq(["8080", "https://api-mt1.pusher.com:8080/apps/20"])
    end

    it "is where requests go" do
      client = Pusher::Client.new(**endpoint.client_options, port: endpoint.port.to_s)
      client.trigger("news", "event", "data")
      expect(endpoint.events.size).to eq(1)
    end
  end
end
