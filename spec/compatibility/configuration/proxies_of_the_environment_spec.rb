# frozen_string_literal: true

require "compatibility_helper"

RSpec.describe "A proxy of the environment", :socket do
  let(:proxy) { RecordingProxy.new }
  let(:address) { "http://127.0.0.1:#{proxy.port}" }
  let(:client) { Pusher::Client.new(app_id: "3", key: "key", secret: "secret", host: "events.invalid", use_tls: false) }
  let(:local_client) { Pusher::Client.new(endpoint.client_options) }

  after { proxy.stop }

  def publish_directly
    expect(local_client.trigger("news", "event", "data")).to eq({})
    expect(proxy.requests).to be_empty
  end

  %w[http_proxy HTTP_PROXY].each do |name|
    it "is read from #{name}" do
      ENV[name] = address
      expect(client.post("/x")).to eq({})
      expect(proxy.requests.size).to eq(1)
    end

    it "is read from #{name} for https, too" do
      ENV[name] = address
      proxy.status = 502
      client.use_tls = true
      expect { client.post("/x") }.to raise_error(StandardError)
      expect(proxy.requests.first).to have_attributes(verb: "CONNECT", target: "events.invalid:443")
    end
  end

  it "is read from https_proxy first for https", :added do
    ENV["http_proxy"] = "http://127.0.0.1:1"
    ENV["https_proxy"] = address
    proxy.status = 502
    client.use_tls = true
    expect { client.post("/x") }.to raise_error(StandardError)
    expect(proxy.requests.first.verb).to eq("CONNECT")
  end

  it "is not read from https_proxy for http", :added do
    ENV["https_proxy"] = address
    publish_directly
  end

  it "is replaced by http_proxy=" do
    ENV["http_proxy"] = "http://127.0.0.1:1"
    client.http_proxy = address
    expect(client.post("/x")).to eq({})
  end

  it "is ignored if http_proxy= is an empty String" do
    ENV["http_proxy"] = address
    local_client.http_proxy = ""
    publish_directly
  end

  it "is ignored for a host in no_proxy" do
    ENV["http_proxy"] = address
    ENV["no_proxy"] = "127.0.0.1"
    publish_directly
  end

  it "is ignored for localhost" do
    ENV["http_proxy"] = address
    local_client.host = "localhost"
    publish_directly
  end

  it "is ignored under CGI, where a client can set HTTP_PROXY with a header" do
    ENV["HTTP_PROXY"] = ENV["http_proxy"] = address
    ENV["REQUEST_METHOD"] = "GET"
    publish_directly
  end

  it "is read from cgi_http_proxy under CGI" do
    ENV["REQUEST_METHOD"] = "GET"
    ENV["cgi_http_proxy"] = address
    expect(client.post("/x")).to eq({})
  end

  it "can be written as host:port", :fix do
    ENV["http_proxy"] = "127.0.0.1:#{proxy.port}"
    expect(client.post("/x")).to eq({})
  end

  it "that is not http is an error that names the variable", :fix do
    ENV["http_proxy"] = "ftp://proxy.test"
    expect { client.post("/x") }.to raise_error(Pusher::ConfigurationError, /http_proxy/)
  end

  it "receives decoded credentials", :fix do
    proxy.credentials = "some one:p@ss"
    ENV["http_proxy"] = "http://some%20one:p%40ss@127.0.0.1:#{proxy.port}"
    expect(client.post("/x")).to eq({})
  end
end
