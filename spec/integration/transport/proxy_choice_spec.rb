# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/recording_proxy"

# Edge cases of the choice between a proxy and a direct connection. spec/compatibility/configuration describes the usual
# ones. The proxy replies itself, so nothing has to run behind it.
RSpec.describe "A request" do
  let(:proxy) { RecordingProxy.new }
  let(:proxy_url) { "http://127.0.0.1:#{proxy.port}" }
  let(:options) { { app_id: "3", key: "key", secret: "secret", host: "events.invalid", port: 8080, use_tls: false } }

  after { proxy.stop }

  def proxied_by(client)
    client.post("/x")
    proxy.requests.map(&:target)
  end

  describe "with http_proxy" do
    it "Fix: goes directly if the option is an empty String, with any proxy in the environment" do
      ENV["http_proxy"] = proxy_url
      endpoint.reply_with(body: "{}")
      client = Pusher::Client.new(**endpoint.client_options, http_proxy: "")
      expect(client.proxy).to be_nil
      client.post("/x")
      expect(endpoint.requests.length).to eq(1)
      expect(proxy.requests).to be_empty
    end

    it "goes through the proxy from the next request on" do
      endpoint.reply_with(body: "{}")
      client = Pusher::Client.new(endpoint.client_options)
      client.post("/x")
      client.http_proxy = proxy_url
      client.post("/y")
      expect(endpoint.requests.map(&:path)).to eq(["/apps/3/x"])
      expect(proxy.requests.first.target).to start_with("http://127.0.0.1:#{endpoint.port}/apps/3/y?")
    end

    it "goes through the proxy to a host with an underscore in its name" do
      client = Pusher::Client.new(**options, host: "my_events.invalid", http_proxy: proxy_url)
      expect(proxied_by(client)).to contain_exactly(%r{\Ahttp://my_events\.invalid:8080/apps/3/x\?})
    end

    it "goes through the proxy in @proxy" do
      client = Pusher::Client.new(options)
      state = { scheme: "http", host: "127.0.0.1", port: proxy.port, user: nil, password: nil }
      client.instance_variable_set(:@proxy, state)
      expect(proxied_by(client).length).to eq(1)
    end
  end

  describe "with no_proxy" do
    %w[invalid .invalid events.invalid events.invalid:8080 other.test,EVENTS.invalid].each do |hosts|
      it "to events.invalid:8080 goes directly for #{hosts}" do
        ENV["no_proxy"] = hosts
        expect { proxied_by(Pusher::Client.new(**options, http_proxy: proxy_url)) }
          .to raise_error(Pusher::HTTPError) { |error| expect(error.original_error).to be_a(SocketError) }
        expect(proxy.requests).to be_empty
      end
    end

    %w[vents.invalid events.invalid:80 invalid.test other.test].each do |hosts|
      it "to events.invalid:8080 goes through the proxy for #{hosts}" do
        ENV["no_proxy"] = hosts
        expect(proxied_by(Pusher::Client.new(**options, http_proxy: proxy_url)).length).to eq(1)
      end
    end
  end
end
