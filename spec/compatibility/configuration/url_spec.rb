# frozen_string_literal: true

require "compatibility_helper"

RSpec.describe "A client configured by a url" do
  let(:client) { Pusher::Client.new }

  it "takes the scheme, the credentials, the host, the port and the application from it" do
    client.url = "http://somekey:somesecret@api.staging.test:8080/apps/87"
    expect(client).to have_attributes(scheme: "http", host: "api.staging.test", port: 8080)
    expect(client).to have_attributes(key: "somekey", secret: "somesecret", app_id: "87")
  end

  { "http" => 80, "https" => 443, "unknown" => nil }.each do |scheme, port|
    it "has the port #{port.inspect} for a #{scheme} url without a port" do
      client.url = "#{scheme}://k:s@events.test/apps/87"
      expect(client).to have_attributes(scheme:, port:)
    end
  end

  it "takes the values unchanged, without percent-decoding" do
    client.url = "https://some%20key:some%2Bsecret@events.test/apps/8%37"
    expect(client).to have_attributes(key: "some%20key", secret: "some%2Bsecret", app_id: "8%37")
  end

  it "takes the last segment of the path as the app_id" do
    client.url = "https://k:s@events.test/some/where/apps/87"
    expect(client.app_id).to eq("87")
  end

  it "has no app_id if the url has no path" do
    client.app_id = "20"
    client.url = "https://k:s@events.test"
    expect(client.app_id).to be_nil
  end

  it "keeps settings that a url does not contain" do
    client = Pusher::Client.new(encryption_master_key_base64: ["k" * 32].pack("m0"))
    client.url = "https://k:s@events.test/apps/87"
    expect(client.encryption_master_key).to eq("k" * 32)
  end

  ["https://not a url", "://", "http://k:s@events test/apps/1"].each do |text|
    it "refuses #{text.inspect}" do
      expect { client.url = text }.to raise_error(URI::InvalidURIError)
    end
  end

  it "refuses nil with a message that says so", :fix do
    expect { client.url = nil }.to raise_error(URI::InvalidURIError, /nil/)
  end

  it "masks the credentials of a url that it refuses", :fix do
    expect { client.url = "http://somekey:somesecret@events test/apps/1" }
      .to raise_error(URI::InvalidURIError) { |error| expect(error.message).not_to match(/somekey|somesecret/) }
  end

  it "is created by from_url" do
    client = Pusher::Client.from_url("https://somekey:somesecret@api-eu.pusher.com/apps/87")
    expect(client).to be_instance_of(Pusher::Client)
    expect(client).to have_attributes(scheme: "https", host: "api-eu.pusher.com", port: 443)
    expect(client).to have_attributes(key: "somekey", secret: "somesecret", app_id: "87")
  end

  it "is a new object at each call of from_url" do
    url = "https://k:s@events.test/apps/87"
    expect(Pusher::Client.from_url(url)).not_to equal(Pusher::Client.from_url(url))
  end

  it "publishes" do
    expect(Pusher::Client.from_url(endpoint.url).trigger("news", "event", "data")).to eq({})
    expect(endpoint.events.size).to eq(1)
  end

  it "publishes to a host whose name has an underscore", :fix do
    expect(Pusher::Client.new(host: "my_host.test", app_id: "20").url.to_s)
      .to eq("https://my_host.test:443/apps/20")
    client.url = "https://k:s@my_host.test/apps/87"
    expect(client.host).to eq("my_host.test")
  end
end
