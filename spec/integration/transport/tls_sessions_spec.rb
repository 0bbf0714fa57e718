# frozen_string_literal: true

require "spec_helper"
require_relative "support/attempts"

# What a server sees of the TLS sessions of its clients. It closes each connection after the reply. That no early data
# is sent is a test of the core crate, whose server accepts some.
RSpec.describe "TLS sessions" do
  include Attempts

  def reply_on(secure)
    head = secure.gets("\r\n\r\n")
    secure.read(head[/^content-length: *(\d+)/i, 1].to_i)
    secure.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
    secure.close
  end

  let(:listener) { TCPServer.new("127.0.0.1", 0) }

  def client
    Pusher::Client.new(app_id: "1", key: "key", secret: "secret", host: "127.0.0.1",
                       port: listener.local_address.ip_port, use_tls: true, timeout: 60).tap { |one| trust(one) }
  end

  # Accepts so many connections while the block publishes. Returns whether each resumed a session.
  def connections_of(count, version)
    # One context for all connections: it has the key of the session tickets.
    context = certificates.good.over(version).context
    server = Thread.new do
      Array.new(count) do
        secure = OpenSSL::SSL::SSLSocket.new(listener.accept, context).tap(&:accept)
        secure.session_reused?.tap { reply_on(secure) }
      end
    end
    yield
    server.value
  end

  after { listener.close }

  %w[TLS1_2 TLS1_3].each do |version|
    describe "with #{version}" do
      it "are resumed by each connection after the first one of a client" do
        publisher = client
        seen = connections_of(4, version) { 4.times { publisher.trigger("news", "event", "data") } }
        expect(seen).to eq([false, true, true, true])
      end

      it "are not shared by clients" do
        seen = connections_of(2, version) { 2.times { client.trigger("news", "event", "data") } }
        expect(seen).to eq([false, false])
      end
    end
  end
end
