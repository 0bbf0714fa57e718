# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/recording_proxy"

# Through which proxy a request goes. The proxy answers by itself and keeps what it was asked.
RSpec.describe Pusher::Client, "proxies" do
  let(:proxy) { RecordingProxy.new }
  let(:proxy_url) { "http://127.0.0.1:#{proxy.port}" }
  let(:options) { { app_id: "3", key: "key", secret: "secret", host: "events.invalid", port: 8080, use_tls: false } }

  after { proxy.stop }

  def proxied_by(client)
    client.post("/x")
    proxy.requests.map(&:target)
  end

  # A client of the endpoint, changed by the block, does not go by the proxy.
  def directly
    endpoint.reply_with(body: "{}", times: nil)
    client = described_class.new(endpoint.client_options)
    yield client if block_given?
    client.post("/x")
    expect(endpoint.requests.map(&:path)).to eq(["/apps/3/x"])
    expect(proxy.requests).to be_empty
  end

  describe "http_proxy=" do
    it "is taken apart" do
      client = described_class.new
      client.http_proxy = "http://someone:pass@proxy.test:3128"
      expect(client.http_proxy).to eq("http://someone:pass@proxy.test:3128")
      expect(client.proxy)
        .to eq({ scheme: "http", host: "proxy.test", port: 3128, user: "someone", password: "pass" })
    end

    it "Fix: decodes user and password" do
      client = described_class.new(http_proxy: "http://some%20one:p%40s+s%C3%A9@proxy.test")
      expect(client.proxy).to include(user: "some one", password: "p@s+sé")
      expect(client.http_proxy).to eq("http://some%20one:p%40s+s%C3%A9@proxy.test")
    end

    it "leaves out what is not there" do
      client = described_class.new
      client.http_proxy = "http://proxy.test"
      expect(client.proxy).to eq({ scheme: "http", host: "proxy.test", port: 80, user: nil, password: nil })
    end

    it "Fix: nil clears it" do
      client = described_class.new
      client.http_proxy = "http://proxy.test:3128"
      client.http_proxy = nil
      expect(client).to have_attributes(http_proxy: nil, proxy: nil)
    end

    it "Fix: nil clears it after a first request, too" do
      directly do |client|
        client.http_proxy = proxy_url
        client.http_proxy = nil
      end
    end

    it "Fix: is a constructor option that sets proxy as well" do
      client = described_class.new(http_proxy: "http://someone:pass@proxy.test:3128")
      expect(client.http_proxy).to eq("http://someone:pass@proxy.test:3128")
      expect(client.proxy)
        .to eq({ scheme: "http", host: "proxy.test", port: 3128, user: "someone", password: "pass" })
    end

    it "Fix: as a constructor option takes an empty String for none" do
      ENV["http_proxy"] = proxy_url
      endpoint.reply_with(body: "{}")
      client = described_class.new(**endpoint.client_options, http_proxy: "")
      expect(client.proxy).to be_nil
      client.post("/x")
      expect(endpoint.requests.length).to eq(1)
      expect(proxy.requests).to be_empty
    end

    it "is used, the url in its absolute form" do
      client = described_class.new(**options, http_proxy: proxy_url)
      expect(proxied_by(client)).to contain_exactly(%r{\Ahttp://events\.invalid:8080/apps/3/x\?.*auth_key=key&})
    end

    it "applies from the next request on" do
      endpoint.reply_with(body: "{}")
      client = described_class.new(endpoint.client_options)
      client.post("/x")
      client.http_proxy = proxy_url
      client.post("/y")
      expect(endpoint.requests.map(&:path)).to eq(["/apps/3/x"])
      expect(proxy.requests.first.target).to start_with("http://127.0.0.1:#{endpoint.port}/apps/3/y?")
    end

    it "sends its credentials to the proxy" do
      client = described_class.new(**options, http_proxy: "http://someone:pass@127.0.0.1:#{proxy.port}")
      proxied_by(client)
      expect(proxy.requests.first["Proxy-Authorization"]).to eq("Basic #{["someone:pass"].pack("m0")}")
    end

    it "is asked for a host whose name has an underscore" do
      client = described_class.new(**options, host: "my_events.invalid", http_proxy: proxy_url)
      expect(proxied_by(client)).to contain_exactly(%r{\Ahttp://my_events\.invalid:8080/apps/3/x\?})
    end

    it "is taken from @proxy, which is the state" do
      client = described_class.new(options)
      state = { scheme: "http", host: "127.0.0.1", port: proxy.port, user: nil, password: nil }
      client.instance_variable_set(:@proxy, state)
      expect(proxied_by(client).length).to eq(1)
    end

    it "that is not http raises ArgumentError at first use" do
      %w[socks5://proxy.test:1080 ftp://proxy.test].each do |url|
        client = described_class.new(options)
        client.http_proxy = url
        expect { client.post("/x") }.to raise_error(ArgumentError)
      end
    end

    it "that is not http shows no credentials" do
      client = described_class.new(**options, http_proxy: "socks5://someone:hush@proxy.test:1080")
      expect { client.post("/x") }
        .to raise_error(ArgumentError) { |error| expect(error.message).not_to match(/hush|someone/) }
    end

    it "that is no url raises URI::InvalidURIError" do
      client = described_class.new
      expect { client.http_proxy = "http://not a url" }.to raise_error(URI::InvalidURIError)
    end

    it "Fix: that is no url shows no credentials" do
      client = described_class.new
      masked = raise_error(URI::InvalidURIError) { |error| expect(error.message).not_to match(/hush|someone/) }
      ["http://someone:hush@not a url", "someone:hush@not a url", "http://someone:at@hush@not a url"].each do |url|
        expect { client.http_proxy = url }.to masked
        expect { described_class.new(http_proxy: url) }.to masked
      end
    end
  end

  describe "the environment" do
    %w[http_proxy HTTP_PROXY].each do |name|
      it "is asked for #{name}" do
        ENV[name] = proxy_url
        expect(proxied_by(described_class.new(options)).length).to eq(1)
      end

      it "is asked for #{name} for https as well" do
        ENV[name] = proxy_url
        proxy.status = 407
        expect { described_class.new(**options, use_tls: true).post("/x") }
          .to raise_error(Pusher::Error, "Proxy Authentication Required")
        expect(proxy.requests.map { |asked| [asked.verb, asked.target] }).to eq([["CONNECT", "events.invalid:8080"]])
      end
    end

    it "Added: is asked for https_proxy first for https" do
      ENV["http_proxy"] = "http://127.0.0.1:1"
      ENV["https_proxy"] = proxy_url
      proxy.status = 407
      expect { described_class.new(**options, use_tls: true).post("/x") }
        .to raise_error(Pusher::Error, "Proxy Authentication Required")
    end

    it "is not asked for https_proxy for http" do
      ENV["https_proxy"] = proxy_url
      directly
    end

    it "is not asked where a proxy was set" do
      ENV["http_proxy"] = "http://127.0.0.1:1"
      expect(proxied_by(described_class.new(**options, http_proxy: proxy_url)).length).to eq(1)
    end

    it "is not asked where the proxy was set to an empty String" do
      ENV["http_proxy"] = proxy_url
      directly { |client| client.http_proxy = "" }
    end

    it "may name a proxy that is none, which is said without its credentials and sends nothing" do
      unnamed = having_attributes(message: a_string_including("http_proxy").and(match(/\A(?!.*(hush|someone))/)))
      ["socks5://someone:hush@127.0.0.1:1", "http://someone:hush@bad host"].each do |url|
        ENV["http_proxy"] = url
        expect { described_class.new(endpoint.client_options).post("/x") }
          .to raise_error(an_instance_of(Pusher::ConfigurationError).and(unnamed))
      end
      expect(endpoint.requests).to be_empty
    end

    it "under CGI is asked for cgi_http_proxy alone" do
      ENV["REQUEST_METHOD"] = "GET"
      ENV["http_proxy"] = "http://127.0.0.1:1"
      ENV["HTTP_PROXY"] = "http://127.0.0.1:1"
      directly
      ENV["cgi_http_proxy"] = proxy_url
      expect(proxied_by(described_class.new(options)).length).to eq(1)
    end

    it "may name hosts that are reached directly, also where a proxy was set" do
      ENV["no_proxy"] = "127.0.0.1"
      ENV["http_proxy"] = proxy_url
      directly
    end

    it "may name hosts that are reached directly: the proxy set explicitly is bypassed as well" do
      ENV["no_proxy"] = "other.test,127.0.0.1"
      directly { |client| client.http_proxy = proxy_url }
    end

    %w[invalid .invalid events.invalid events.invalid:8080 other.test,EVENTS.invalid].each do |hosts|
      it "may name a domain, a host or a host's port that is reached directly: #{hosts}" do
        ENV["no_proxy"] = hosts
        expect { proxied_by(described_class.new(**options, http_proxy: proxy_url)) }
          .to raise_error(Pusher::HTTPError) { |error| expect(error.original_error).to be_a(SocketError) }
        expect(proxy.requests).to be_empty
      end
    end

    %w[vents.invalid events.invalid:80 invalid.test].each do |hosts|
      it "may name hosts that only look like ours: #{hosts}" do
        ENV["no_proxy"] = hosts
        expect(proxied_by(described_class.new(**options, http_proxy: proxy_url)).length).to eq(1)
      end
    end

    it "may name hosts that are not ours" do
      ENV["no_proxy"] = "other.test"
      ENV["http_proxy"] = proxy_url
      expect(proxied_by(described_class.new(options)).length).to eq(1)
    end
  end

  it "the host localhost is never proxied" do
    ENV["http_proxy"] = proxy_url
    directly { |client| client.host = "localhost" }
  end

  describe "a 407" do
    it "from a proxy is Proxy Authentication Required" do
      proxy.status = 407
      expect { described_class.new(**options, http_proxy: proxy_url).post("/x") }
        .to raise_error(Pusher::Error, "Proxy Authentication Required")
    end

    it "from the target never makes the proxy's credentials go to it" do
      endpoint.reply_with(status: 407, headers: { "Proxy-Authenticate" => "Basic realm=\"x\"" }, times: nil)
      ENV["no_proxy"] = "127.0.0.1"
      client = described_class.new(**endpoint.client_options, http_proxy: "http://someone:pass@127.0.0.1:#{proxy.port}")
      expect { client.post("/x") }.to raise_error(Pusher::Error, "Proxy Authentication Required")
      expect(endpoint.requests.map { |request| request["Proxy-Authorization"] }).to eq([nil])
    end
  end
end
