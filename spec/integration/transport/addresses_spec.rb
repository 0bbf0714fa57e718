# frozen_string_literal: true

require "spec_helper"
require_relative "support/attempts"

# Names with several addresses. The endpoint listens on 127.0.0.1.
RSpec.describe "A host with several addresses" do
  include Attempts

  let(:endpoint) { start_endpoint }
  let(:other) { "127.0.0.2" }

  before do
    Socket.tcp_server_sockets(other, 0).each(&:close)
  rescue Errno::EADDRNOTAVAIL
    skip "this machine has no address #{other}"
  end

  def client_resolving_to(*addresses, **timeouts)
    allow(Addrinfo).to receive(:getaddrinfo).and_return(addresses.map { |address| Addrinfo.tcp(address, 1) })
    client_of(endpoint, timeout: 60, **timeouts, host: "channels.test")
  end

  it "is reached at the next address if the first one refuses" do
    client_resolving_to(other, "127.0.0.1").trigger("channel", "event", "data")
    expect(endpoint.events.map(&:data)).to eq(["data"])
  end

  it "is reached at the next address if IPv6 refuses" do
    client_resolving_to("::1", "127.0.0.1").trigger("channel", "event", "data")
    expect(endpoint.events.map(&:data)).to eq(["data"])
  end

  it "is reached at the next address, within one connect timeout, if the first one does not respond" do
    listener = TCPServer.new(other, endpoint.port)
    backlog = FaultServer::Backlog.new(listener)
    client_resolving_to(other, "127.0.0.1", connect_timeout: 1).trigger("channel", "event", "data")
    expect(endpoint.events.map(&:data)).to eq(["data"])
  ensure
    backlog&.close
    listener&.close
  end

  it "is an error that names the last address if none accepts" do
    client = client_resolving_to("::1", other)
    port = endpoint.port
    expect_transport_error(Errno::ECONNREFUSED, /channels\.test:#{port} \(127\.0\.0\.2\)/) { client.post("/events") }
  end
end
