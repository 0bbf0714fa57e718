# frozen_string_literal: true

require "spec_helper"
require "socket"
require_relative "../support/http_stub"

# No reply, or none that can be read: always a Pusher::HTTPError around the error a Ruby programmer knows.
RSpec.describe Pusher::Client, "transport errors" do
  include HttpStub

  let(:client) { described_class.new(endpoint.client_options) }

  def failure(client, &request)
    request ||= -> { client.post("/events", { a: 1 }) }
    request.call
    raise "it went well"
  rescue Pusher::HTTPError => e
    e
  end

  def expect_wrapped(error, type)
    expect(error.original_error).to be_a(type)
    expect(error.cause).to equal(error.original_error)
    expect(error.message).to eq("#{error.original_error.message} (#{error.original_error.class})")
    expect(error.message).not_to match(/auth_|#{client.key}|#{client.secret}/)
    expect(error).to have_attributes(status: nil, body: nil, retry_after: nil)
  end

  # Accepts one connection and does with it what the block says.
  def one_connection
    listener = TCPServer.new("127.0.0.1", 0)
    accepting = Thread.new do
      socket = listener.accept
      yield socket
    ensure
      socket&.close
    end
    client.port = listener.addr[1]
    failure(client).tap { accepting.join }
  ensure
    listener.close
  end

  it "Fix: a refused connection is Errno::ECONNREFUSED" do
    client.port = closed_port
    expect_wrapped(failure(client), Errno::ECONNREFUSED)
    expect_wrapped(failure(client) { client.channels }, Errno::ECONNREFUSED)
  end

  it "Fix: a name that is not known is a SocketError" do
    client.host = "#{"x" * 70}.invalid"
    expect_wrapped(failure(client), SocketError)
  end

  it "Fix: a connection that was reset is Errno::ECONNRESET" do
    error = one_connection do |socket|
      socket.readpartial(10_000)
      socket.setsockopt(Socket::SOL_SOCKET, Socket::SO_LINGER, [1, 0].pack("ii"))
    end
    expect_wrapped(error, Errno::ECONNRESET)
  end

  it "Fix: a connection that was closed without a reply is wrapped" do
    endpoint.drop
    expect_wrapped(failure(client), StandardError)
  end

  it "Fix: what is no HTTP is wrapped" do
    ["SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 abc OK\r\n\r\n", "\x00\xFF\x00\xFF\r\n\r\n",
     "HTTP/9.9 200 OK\r\n\r\n"].each do |bytes|
      endpoint.reply_with_bytes(bytes, close: true)
      expect_wrapped(failure(client), StandardError)
    end
  end

  it "Fix: a body shorter than its Content-Length is wrapped" do
    endpoint.reply_with_bytes("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}", close: true)
    expect_wrapped(failure(client), StandardError)
  end

  it "Fix: a chunked body without its last chunk is wrapped" do
    endpoint.reply_with_bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n", close: true)
    expect_wrapped(failure(client), StandardError)
  end

  it "Fix: Content-Length headers that contradict each other are wrapped" do
    endpoint.reply_with_bytes("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} ", close: true)
    expect_wrapped(failure(client), StandardError)
  end

  it "Fix: a head without an end is wrapped" do
    header = "X-Filler: #{"x" * 1000}\r\n"
    endpoint.reply_with_bytes("HTTP/1.1 200 OK\r\n#{header * 20_000}", close: true)
    expect_wrapped(failure(client), StandardError)
  end

  it "reads a chunked body to its end" do
    chunks = "3\r\n{\"a\r\n4;x=y\r\n\":1}\r\n0\r\n\r\n"
    endpoint.reply_with_bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n#{chunks}")
    expect(client.post("/x")).to eq({ a: 1 })
  end

  it "reads a body without a length to the end of the connection" do
    endpoint.reply_with_bytes("HTTP/1.1 200 OK\r\n\r\n{\"a\":1}", close: true)
    expect(client.post("/x")).to eq({ a: 1 })
  end

  it "Fix: skips interim replies" do
    interim = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
    endpoint.reply_with_bytes("#{interim}HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{\"a\":1}")
    expect(client.post("/x")).to eq({ a: 1 })
  end

  it "Fix: skips interim replies within bounds" do
    endpoint.reply_with_bytes("HTTP/1.1 100 Continue\r\n\r\n" * 100_000, close: true)
    expect_wrapped(failure(client), StandardError)
  end

  it "Fix: never takes a reply that nobody asked for as the answer to the next request" do
    reply = ->(text) { "HTTP/1.1 200 OK\r\nContent-Length: #{text.bytesize}\r\n\r\n#{text}" }
    endpoint.reply_with_bytes(reply.call('{"first":1}') + reply.call('{"forged":1}'))
    expect(client.post("/x")).to eq({ first: 1 })
    endpoint.reply_with(body: '{"second":1}')
    expect(client.post("/x")).to eq({ second: 1 })
    expect(endpoint.requests.map(&:connection)).to eq([1, 2])
  end

  it "Fix: never sends a POST twice on a fresh connection" do
    endpoint.drop(times: 2)
    failure(client)
    expect(endpoint.requests.length).to eq(1)
  end

  it "sends again what met a reused connection that had been closed" do
    client.trigger("news", "first", "data")
    endpoint.close_idle
    client.trigger("news", "second", "data")
    expect(endpoint.events.map(&:name)).to eq(%w[first second])
    expect(endpoint.requests.map(&:connection)).to eq([1, 2])
  end

  it "the client goes on after any of them" do
    endpoint.drop
    failure(client)
    client.trigger("news", "event", "data")
    expect(endpoint.events.map(&:name)).to eq(["event"])
  end

  # The httpclient gem's errors are StandardErrors of its own. The real ones are met under WebMock, which loads it.
  describe "what the httpclient gem raises in the place of ours" do
    before do
      stub_const("HTTPClient", Class.new)
      %i[BadResponseError TimeoutError KeepAliveDisconnected].each do |name|
        HTTPClient.const_set(name, Class.new(name == :TimeoutError ? RuntimeError : StandardError))
      end
    end

    %i[BadResponseError TimeoutError KeepAliveDisconnected].each do |name|
      it "is wrapped: #{name}" do
        type = HTTPClient.const_get(name)
        allow(client.sync_http_client).to receive(:request).and_raise(type, "broken")
        expect_wrapped(failure(client), type)
        expect(failure(client).retriable?).to be(name != :BadResponseError)
      end
    end

    it "is left alone where it is none of its transport's" do
      HTTPClient.const_set(:ConfigurationError, Class.new(StandardError))
      allow(client.sync_http_client).to receive(:request).and_raise(HTTPClient::ConfigurationError)
      expect { client.post("/events", {}) }.to raise_error(HTTPClient::ConfigurationError)
    end
  end

  describe "what the http client raises" do
    let(:client) { build_client }

    [Errno::ECONNREFUSED.new, SocketError.new("getaddrinfo: unknown")].each do |error|
      it "is wrapped when it is a network's error: #{error.class}" do
        allow(client.sync_http_client).to receive(:request).and_raise(error)
        wrapped = failure(client)
        expect_wrapped(wrapped, error.class)
        expect(wrapped.original_error).to be(error)
      end
    end

    it "is left as it is when it is a Pusher::Error already" do
      error = Pusher::HTTPError.new("made by a wrapper")
      allow(client.sync_http_client).to receive(:request).and_raise(error)
      expect { client.post("/x") }.to raise_error(be(error))
    end

    [Interrupt, SystemExit, NoMemoryError, Class.new(Exception)].each do |type| # rubocop:disable Lint/InheritException
      it "is left as it is when it is no StandardError: #{type}" do
        allow(client.sync_http_client).to receive(:request).and_raise(type)
        expect { client.post("/x") }.to raise_error(type)
      end
    end
  end

  describe "what other code raises into a waiting request" do
    it "stays what it is: Timeout.timeout" do
      endpoint.hang
      expect { Timeout.timeout(0.2) { client.post("/x") } }
        .to raise_error(an_instance_of(Timeout::Error))
    end

    it "stays what it is: Timeout.timeout with a class of the application" do
      mine = Class.new(StandardError)
      endpoint.hang
      expect { Timeout.timeout(0.2, mine) { client.post("/x") } }.to raise_error(mine)
    end

    it "stays what it is: Thread#raise" do
      mine = Class.new(StandardError)
      endpoint.hang
      waiting = Thread.new { client.post("/x") }
      waiting.report_on_exception = false
      endpoint.wait_until_in_flight(1)
      waiting.raise(mine, "from outside")
      expect { waiting.value }.to raise_error(mine, "from outside")
    end
  end
end
