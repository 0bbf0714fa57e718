# frozen_string_literal: true

require "spec_helper"
require_relative "support/attempts"
require_relative "support/squid"
require_relative "../../support/runtime/sockets"

# A real proxy, and a server whose name only the proxy can resolve: requests that reach it went through the proxy.
RSpec.describe "Proxies" do
  include Attempts

  open_squid = protected_squid = nil

  before(:all) do
    skip "squid is not installed" unless Squid.here?
    open_squid = Squid.start
    protected_squid = Squid.start(password: "hush")
  end

  after(:all) { [open_squid, protected_squid].compact.each(&:stop) }

  let(:squid) { open_squid }
  let(:guarded) { protected_squid }
  let(:identity) { certificates.good(names: ["DNS:channels.test", "DNS:localhost", "IP:127.0.0.1"]) }

  def client_through(proxy_url, server, **options)
    client_of(server, host: "channels.test", timeout: 60, http_proxy: proxy_url, **options)
  end

  def publish(client, *data)
    data.each { |text| expect(client.trigger("news", "event", text)).to eq({}) }
  end

  def direct?(request)
    request["Via"].nil?
  end

  %i[http https].each do |scheme|
    describe "for #{scheme}" do
      let(:server) { start_endpoint(tls: (identity if scheme == :https)) }
      let(:asked) { scheme == :https ? "CONNECT" : "POST" }

      # What a proxy has logged about requests to the server. A tunnel is logged when it is closed.
      def log_of(proxy, client, count)
        client.sync_http_client.reset_all
        proxy.log(count, server.port)
      end

      # The proxy notices a moment after the server has closed its side. A request that it accepts in between is lost.
      def await_end_of_tunnel(proxy)
        port = proxy.log(1, server.port).first.client_port.to_i
        expect_within(60) { sleep(0.01) until Sockets.closed_by_peer?(port) }
      end

      it "forward requests" do
        client = client_through(squid.url, server)
        publish(client, "data")
        expect(server.events.map(&:data)).to eq(["data"])
        expect(log_of(squid, client, 1).first).to have_attributes(verb: asked, status: "200")
      end

      it "are used over one connection" do
        client = client_through(squid.url, server)
        publish(client, "1", "2", "3")
        expect(server.events.size).to eq(3)
        expect(log_of(squid, client, scheme == :https ? 1 : 3).map(&:client_port).uniq.size).to eq(1)
      end

      it "work after the server has closed an idle connection" do
        client = client_through(squid.url, server)
        publish(client, "1")
        server.close_idle
        await_end_of_tunnel(squid) if scheme == :https
        publish(client, "2")
        expect(server.events.map(&:data)).to eq(%w[1 2])
      end

      it "receive their credentials, which the server does not receive" do
        client = client_through(guarded.url("someone:hush"), server)
        publish(client, "1", "2")
        client.channels
        raw = server.requests.map(&:raw)
        expect(raw.size).to eq(3)
        expect(raw.join).not_to match(/proxy-authorization|hush|#{["someone:hush"].pack("m0")}/i)
      end

      it "raise an error for missing or wrong credentials, and nothing reaches the server" do
        client = client_through(nil, server)
        [guarded.url, guarded.url("someone:wrong"), guarded.url("someone"), guarded.url("other:hush")].each do |url|
          client.http_proxy = url
          expect { publish(client, "data") }
            .to raise_error(an_instance_of(Pusher::Error), "Proxy Authentication Required") { |error|
              expect(error.status).to eq(407)
            }
        end
        expect(log_of(guarded, client, 4).map { |line| [line.verb, line.status] }).to eq([[asked, "407"]] * 4)
        expect(server.connections).to eq(0)
        client.http_proxy = guarded.url("someone:hush")
        publish(client, "data")
      end

      it "do not make the client send credentials that the server asks for" do
        challenge = { "Proxy-Authenticate" => "Basic realm=\"x\"" }
        server.reply_with(status: 407, headers: challenge, times: 2)
        client = client_through(guarded.url("someone:hush"), server)
        2.times { expect { publish(client, "data") }.to raise_error(Pusher::Error, "Proxy Authentication Required") }
        expect(server.requests.size).to eq(2)
        expect(server.requests.map(&:raw).join).not_to match(/proxy-authorization|#{["someone:hush"].pack("m0")}/i)
      end

      it "are taken from the environment" do
        ENV["http_proxy"] = guarded.url("someone:hush")
        client = client_through(nil, server)
        publish(client, "data")
        expect(log_of(guarded, client, 1).first).to have_attributes(verb: asked, status: "200")
      end

      it "are not used for hosts in no_proxy" do
        ENV["http_proxy"] = squid.url
        ENV["no_proxy"] = "other.test,channels.test"
        expect_transport_error(SocketError, /channels\.test/) { client_through(nil, server).post("/events") }
        ENV["no_proxy"] = "127.0.0.1"
        publish(client_through(squid.url, server, host: "127.0.0.1"), "data")
        expect(server.requests.map { |request| direct?(request) }).to eq([true])
      end

      it "are not used for localhost" do
        ENV["http_proxy"] = "http://127.0.0.1:1"
        [nil, "http://127.0.0.1:1"].each { |url| publish(client_through(url, server, host: "localhost"), "data") }
        expect(server.events.size).to eq(2)
      end

      it "can be set, changed and cleared between two requests" do
        client = client_through(squid.url, server, host: "127.0.0.1")
        publish(client, "1")
        client.http_proxy = guarded.url("someone:hush")
        publish(client, "2")
        client.http_proxy = nil
        publish(client, "3")
        expect(server.requests.map(&:connection).uniq.size).to eq(3)
        expect(server.events.map(&:data)).to eq(%w[1 2 3])
        expect((log_of(squid, client, 1) + log_of(guarded, client, 1)).map(&:status)).to eq(%w[200 200])
      end

      it "raise an HTTPError around Errno::ECONNREFUSED if they do not run" do
        client = client_through("http://127.0.0.1:1", server)
        expect_transport_error(Errno::ECONNREFUSED, /127\.0\.0\.1:1/) { client.post("/events") }
      end
    end
  end

  it "get the absolute form of an http request" do
    client = client_through(squid.url, endpoint)
    client.channels
    expect(squid.log(1, endpoint.port).first.target).to start_with("http://channels.test:#{endpoint.port}/apps/3/channels")
    request = endpoint.requests.first
    expect(request.target).to start_with("/apps/3/channels?")
    expect([request["Host"], request["Via"]]).to match(["channels.test:#{endpoint.port}", /squid/])
  end

  it "that refuse a tunnel raise a #{Pusher::ProtocolError} with the status" do
    # The default configuration denies this port.
    client = client_through(squid.url, endpoint, port: 1, use_tls: true)
    expect_transport_error(Pusher::ProtocolError, /CONNECT with status 403/) { client.post("/events") }
    expect(squid.log(1, 1).first.status).to eq("403")
  end

  it "that cannot reach the server return a 503 for http, and raise an error with that status for https" do
    port = closed_port
    client = client_through(squid.url, endpoint, port:)
    expect { client.post("/events") }.to raise_error(Pusher::Error, /\AUnknown error \(status code 503\)/)
    client.scheme = "https"
    expect_transport_error(Pusher::ProtocolError, /CONNECT with status 503/) { client.post("/events") }
    expect(squid.log(2, port).map(&:status)).to eq(%w[503 503])
  end

  it "do not replace the check of the server's certificate" do
    server = start_endpoint(tls: certificates.good)
    client = client_through(squid.url, server)
    expect_transport_error(OpenSSL::SSL::SSLError, /hostname mismatch: .*channels\.test/) { client.post("/events") }
    expect(server.requests).to be_empty
  end
end
