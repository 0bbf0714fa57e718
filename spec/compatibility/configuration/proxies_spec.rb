# frozen_string_literal: true

require "compatibility_helper"

RSpec.describe "A proxy", :socket do
  let(:proxy) { RecordingProxy.new }
  let(:address) { "http://127.0.0.1:#{proxy.port}" }
  let(:client) { Pusher::Client.new(app_id: "3", key: "key", secret: "secret", host: "events.invalid", use_tls: false) }
  let(:local_client) { Pusher::Client.new(endpoint.client_options) }

  after { proxy.stop }

  it "is parsed by http_proxy=" do
    client.http_proxy = "http://someone:pass@proxy.test:3128"
    expect(client).to have_attributes(
      http_proxy: "http://someone:pass@proxy.test:3128",
      proxy: { scheme: "http", host: "proxy.test", port: 3128, user: "someone", password: "pass" }
    )
  end

  it "has nil for parts that its url omits" do
    client.http_proxy = "http://proxy.test"
    expect(client.proxy).to eq({ scheme: "http", host: "proxy.test", port: 80, user: nil, password: nil })
  end

  it "receives the absolute url" do
    client.http_proxy = address
    expect(client.post("/x")).to eq({})
    expect(proxy.requests.map(&:verb)).to eq(["POST"])
    expect(proxy.requests.first.target).to match(%r{\Ahttp://events\.invalid(:80)?/apps/3/x\?.*auth_key=key})
  end

  it "can be an option" do
    client = Pusher::Client.new(http_proxy: address)
    expect(client.http_proxy).to eq(address)
  end

  it "is asked for a tunnel to an https host" do
    client.use_tls = true
    client.http_proxy = address
    proxy.status = 502
    expect { client.post("/x") }.to raise_error(StandardError)
    expect(proxy.requests.first).to have_attributes(verb: "CONNECT", target: "events.invalid:443")
  end

  it "receives the credentials of its url" do
    proxy.credentials = "someone:pass"
    client.http_proxy = "http://someone:pass@127.0.0.1:#{proxy.port}"
    expect(client.post("/x")).to eq({})
  end

  it "that rejects the credentials is an error" do
    proxy.credentials = "someone:else"
    client.http_proxy = "http://someone:pass@127.0.0.1:#{proxy.port}"
    expect { client.post("/x") }.to raise_error(Pusher::Error, "Proxy Authentication Required")
  end

  it "that rejects the credentials is the same error for https", :fix do
    proxy.credentials = "someone:else"
    client.use_tls = true
    client.http_proxy = address
    expect { client.post("/x") }.to raise_error(Pusher::Error, "Proxy Authentication Required")
  end

  it "is not used for localhost" do
    local_client.host = "localhost"
    local_client.http_proxy = address
    expect(local_client.trigger("news", "event", "data")).to eq({})
    expect(proxy.requests).to be_empty
  end

  it "is not used for a host in no_proxy" do
    ENV["no_proxy"] = "other.test,127.0.0.1"
    local_client.http_proxy = address
    expect(local_client.trigger("news", "event", "data")).to eq({})
    expect(proxy.requests).to be_empty
  end

  it "that is not http is refused at the first request" do
    client.http_proxy = "ftp://proxy.test"
    expect { client.post("/x") }.to raise_error(ArgumentError)
  end

  it "that is not a url is refused at once" do
    expect { client.http_proxy = "http://not a url" }.to raise_error(URI::InvalidURIError)
  end

  it "that is not a url is refused with its credentials masked", :fix do
    expect { client.http_proxy = "http://someone:hush@not a url" }
      .to raise_error(URI::InvalidURIError) { |error| expect(error.message).not_to include("hush") }
  end

  it "is cleared by nil", :fix do
    local_client.http_proxy = address
    local_client.http_proxy = nil
    expect(local_client).to have_attributes(http_proxy: nil, proxy: nil)
    local_client.trigger("news", "event", "data")
    expect([proxy.requests.size, endpoint.events.size]).to eq([0, 1])
  end

  it "is returned by proxy if it was an option, too", :fix do
    expect(Pusher::Client.new(http_proxy: "http://someone:pass@proxy.test:3128").proxy)
      .to eq({ scheme: "http", host: "proxy.test", port: 3128, user: "someone", password: "pass" })
  end

  it "is not used if the option is an empty String", :fix do
    expect(Pusher::Client.new(http_proxy: "").proxy).to be_nil
  end

  it "receives decoded credentials", :fix do
    proxy.credentials = "some one:p@ss"
    client.http_proxy = "http://some%20one:p%40ss@127.0.0.1:#{proxy.port}"
    expect(client.post("/x")).to eq({})
  end

  it "does not get credentials that the server asks for", :fix do
    client.http_proxy = "http://someone:hush@127.0.0.1:#{proxy.port}"
    ENV["no_proxy"] = "127.0.0.1"
    local_client.http_proxy = client.http_proxy
    endpoint.reply_with(status: 407, headers: { "Proxy-Authenticate" => "Basic realm=\"x\"" })
    expect { local_client.post("/x") }.to raise_error(Pusher::Error, "Proxy Authentication Required")
    expect(endpoint.requests.map(&:raw).join).not_to match(/proxy-authorization/i)
  end
end
