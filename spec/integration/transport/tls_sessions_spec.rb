# frozen_string_literal: true

require "spec_helper"
require_relative "support/attempts"

# What a server sees of the TLS sessions of its clients. It closes each connection after the reply.
RSpec.describe "TLS sessions" do
  include Attempts

  # The type of the extension that announces early data (RFC 8446, 4.2).
  early_data = 42

  # A connection: whether it resumed a session, and the extensions that its first message contains.
  connection = Struct.new(:resumed, :extensions)

  def reply_on(secure)
    head = secure.gets("\r\n\r\n")
    secure.read(head[/^content-length: *(\d+)/i, 1].to_i)
    secure.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
    secure.close
  end

  # The types of the extensions of a ClientHello, which remains to be read: behind the heads of record and message, the
  # version, a random number, the session id, the cipher suites and the compression methods.
  def extensions_of(socket)
    socket.wait_readable
    hello = StringIO.new(socket.recv(16_384, Socket::MSG_PEEK))
    hello.read(9 + 2 + 32)
    hello.read(hello.getbyte)
    hello.read(hello.read(2).unpack1("n"))
    hello.read(hello.getbyte + 2)
    types = []
    until hello.eof?
      types << hello.read(2).unpack1("n")
      hello.read(hello.read(2).unpack1("n"))
    end
    types
  end

  let(:listener) { TCPServer.new("127.0.0.1", 0) }

  def client
    Pusher::Client.new(app_id: "1", key: "key", secret: "secret", host: "127.0.0.1",
                       port: listener.local_address.ip_port, use_tls: true, timeout: 60).tap { |one| trust(one) }
  end

  # Accepts so many connections while the block publishes.
  define_method(:connections_of) do |count, version, &publish|
    # One context for all connections: it has the key of the session tickets.
    context = certificates.good.over(version).context
    server = Thread.new do
      Array.new(count) do
        socket = listener.accept
        extensions = extensions_of(socket)
        secure = OpenSSL::SSL::SSLSocket.new(socket, context).tap(&:accept)
        connection.new(secure.session_reused?, extensions).tap { reply_on(secure) }
      end
    end
    publish.call
    server.value
  end

  after { listener.close }

  %w[TLS1_2 TLS1_3].each do |version|
    describe "with #{version}" do
      it "are resumed by each connection after the first one of a client" do
        publisher = client
        seen = connections_of(4, version) { 4.times { publisher.trigger("news", "event", "data") } }
        expect(seen.map(&:resumed)).to eq([false, true, true, true])
      end

      it "are not shared by clients" do
        seen = connections_of(2, version) { 2.times { client.trigger("news", "event", "data") } }
        expect(seen.map(&:resumed)).to eq([false, false])
      end

      it "are resumed without early data, which could be replayed" do
        publisher = client
        seen = connections_of(2, version) { 2.times { publisher.trigger("news", "event", "data") } }
        expect(seen.map(&:extensions)).to all(include(0xd).and(satisfy { |types| !types.include?(early_data) }))
      end
    end
  end
end
