# frozen_string_literal: true

require "spec_helper"
require_relative "support/attempts"

# Each stage of a request has a separate timeout and error class. The other timeouts of an example are longer than
# the example may take.
RSpec.describe "Timeouts" do
  include Attempts

  short = 0.2
  large = "x" * 8_000_000

  # The error of the request, which must fail before the other timeouts pass.
  def ending(client, data: "data")
    error = nil
    expect_within(45) { error = attempt { client.post("/events", { data: }) } }
    expect(error).to be_an_instance_of(Pusher::HTTPError)
    error.original_error
  end

  # A server that is silent in the stage of each timeout.
  silences = {
    connect_timeout: :full_backlog, send_timeout: :stop_reading, receive_timeout: :hang_after_request
  }
  classes = {
    connect_timeout: Pusher::ConnectTimeoutError, send_timeout: Pusher::SendTimeoutError,
    receive_timeout: Pusher::ReceiveTimeoutError
  }

  silences.each do |name, fault|
    describe name.to_s do
      let(:server) { start_fault(fault) }

      it "raises #{classes[name]} inside a Pusher::HTTPError" do
        client = client_of(server, timeout: 60, name => short)
        expect_transport_error(classes[name], /timeout/) { client.post("/events", { data: large }) }
      end

      it "applies from the next request on" do
        client = client_of(endpoint, timeout: 60)
        client.trigger("news", "event", "first")
        client.port = server.port
        client.public_send(:"#{name}=", short)
        expect(ending(client, data: large)).to be_an_instance_of(classes[name])
        client.port = endpoint.port
        client.trigger("news", "event", "last")
        expect(endpoint.events.map(&:data)).to eq(%w[first last])
      end

      it "of sync_http_client applies until that of the client is changed" do
        client = client_of(server, timeout: 60)
        client.sync_http_client.public_send(:"#{name}=", short)
        2.times { expect(ending(client, data: large)).to be_an_instance_of(classes[name]) }
        client.public_send(:"#{name}=", 50)
        expect { Timeout.timeout(2 * short) { client.post("/events", { data: large }) } }
          .to raise_error(an_instance_of(Timeout::Error))
      end

      [nil, 0].each do |none|
        it "is disabled by #{none.inspect}" do
          client = client_of(server, timeout: 60, name => short)
          client.public_send(:"#{name}=", none)
          expect { Timeout.timeout(3 * short) { client.post("/events", { data: large }) } }
            .to raise_error(an_instance_of(Timeout::Error))
        end
      end
    end
  end

  it "can be longer than any clock can count" do
    client = client_of(endpoint)
    [1e12, 2**64, 1e300, Float::INFINITY].each do |seconds|
      client.timeout = client.keep_alive_timeout = seconds
      expect(client.trigger("news", "event", "data")).to eq({})
    end
  end

  it "raise an ArgumentError at the next request if they are negative or NaN" do
    client = client_of(endpoint)
    [-1, Float::NAN, -Float::INFINITY].each do |seconds|
      client.timeout = seconds
      expect { client.trigger("news", "event", "data") }.to raise_error(ArgumentError, /number of seconds/)
    end
  end

  describe "connect_timeout" do
    it "covers name resolution" do
      never = Queue.new
      allow(Addrinfo).to receive(:getaddrinfo) { never.pop }
      client = client_of(endpoint, timeout: 60, connect_timeout: short)
      client.host = "channels.test"
      expect_transport_error(Pusher::ConnectTimeoutError, /channels\.test/) { client.post("/events") }
      expect(endpoint.connections).to eq(0)
    end

    it "covers the TLS handshake" do
      server = start_fault(:hang, tls: certificates.good)
      client = client_of(server, timeout: 60, connect_timeout: short)
      expect_transport_error(Pusher::ConnectTimeoutError, /127\.0\.0\.1:#{server.port}/) { client.post("/events") }
    end

    it "covers a proxy's reply to CONNECT" do
      proxy = start_fault(:hang)
      secure = start_endpoint(tls: certificates.good)
      client = client_of(secure, timeout: 60, connect_timeout: short, http_proxy: "http://127.0.0.1:#{proxy.port}")
      expect(ending(client)).to be_an_instance_of(Pusher::ConnectTimeoutError)
      expect(secure.connections).to eq(0)
    end

    it "covers all addresses of a name together" do
      full = start_fault(:full_backlog)
      allow(Addrinfo).to receive(:getaddrinfo).and_return([Addrinfo.tcp("127.0.0.1", 1)] * 2)
      client = client_of(full, timeout: 60, connect_timeout: short, host: "channels.test")
      expect(ending(client)).to be_an_instance_of(Pusher::ConnectTimeoutError)
    end
  end

  # Each byte arrives long before the timeout. All of them would take longer than the test run.
  describe "of a server that sends one byte at a time" do
    # Seconds, enough for the first bytes.
    longer = 1
    large_record = "\x16\x03\x03\x3F\xFF#{"x" * 16_383}".b

    def expect_drip_cut_off(client, type, server)
      expect(ending(client)).to be_an_instance_of(type)
      server.wait_until_closed
      expect(server.sent).to be_between(1, 500)
    end

    {
      "head" => "HTTP/1.1 200 OK\r\n#{"X: y\r\n" * 5000}", "interim replies" => "HTTP/1.1 100 Continue\r\n\r\n" * 2000,
      "body" => "#{FaultServer::Faults::OK}\r\n#{" " * 20_000}",
      "chunks" => "#{FaultServer::Faults::OK}Transfer-Encoding: chunked\r\n\r\n#{"1\r\n \r\n" * 5000}"
    }.each do |what, bytes|
      (what == "body" ? %i[http https] : [:https]).each do |scheme|
        it "include the receive timeout: #{what} over #{scheme}" do
          server = start_fault(:drip, tls: (certificates.good if scheme == :https), interval: 0.01, bytes:)
          client = client_of(server, timeout: 60, receive_timeout: longer)
          expect_drip_cut_off(client, Pusher::ReceiveTimeoutError, server)
        end
      end
    end

    it "include the connect timeout: the TLS handshake" do
      server = start_fault(:drip_at_once, interval: 0.01, bytes: large_record)
      client = client_of(server, timeout: 60, connect_timeout: longer)
      client.scheme = "https"
      expect_drip_cut_off(client, Pusher::ConnectTimeoutError, server)
    end

    it "include the connect timeout: a proxy's reply to CONNECT" do
      proxy = start_fault(:drip_at_once, interval: 0.01, bytes: "HTTP/1.1 200 OK\r\n#{"X: y\r\n" * 2000}")
      client = client_of(endpoint, timeout: 60, connect_timeout: longer, http_proxy: "http://127.0.0.1:#{proxy.port}")
      client.scheme = "https"
      expect_drip_cut_off(client, Pusher::ConnectTimeoutError, proxy)
    end
  end
end
