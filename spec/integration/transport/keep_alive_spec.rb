# frozen_string_literal: true

require "spec_helper"
require_relative "support/attempts"

# Which connection a request uses, how often it is sent, and when a connection is closed.
%i[http https].each do |scheme|
  RSpec.describe "Keep-alive over #{scheme}" do
    include Attempts

    let(:identity) { certificates.good if scheme == :https }
    let(:server) { start_endpoint(tls: identity) }
    let(:client) { client_of(server, timeout: 60) }

    def publish(*data)
      data.each { |text| client.trigger("news", "event", text) }
    end

    def published
      server.events.map(&:data)
    end

    # The number of each request's connection.
    def connections
      server.requests.map(&:connection)
    end

    describe "a connection" do
      it "is reused" do
        publish("1", "2")
        client.channels
        client.trigger_batch([{ channel: "news", name: "event", data: "3" }])
        expect(connections).to eq([1, 1, 1, 1])
      end

      it "is reused after a documented status" do
        [400, 401, 403, 404, 407, 413].each do |status|
          server.reply_with(status:, body: "no")
          expect { publish("refused") }.to raise_error(Pusher::Error) { |error| expect(error.status).to eq(status) }
        end
        publish("after")
        expect(connections).to eq([1] * 7)
      end

      [201, 204, 302, 429, 500, 503].each do |status|
        it "is closed after any other status: #{status}" do
          publish("before")
          server.reply_with(status:)
          expect { publish("refused") }.to raise_error(Pusher::Error, /\AUnknown error \(status code #{status}\)/)
          server.wait_until_closed
          publish("after")
          expect(connections).to eq([1, 1, 2])
        end
      end

      it "is closed after an invalid reply" do
        publish("before")
        server.reply_with_bytes("HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\n{}")
        expect { publish("unheard") }.to raise_error(Pusher::HTTPError)
        server.wait_until_closed
        publish("after")
        expect([connections, published]).to eq([[1, 1, 2], %w[before after]])
      end

      it "is closed after a timeout" do
        publish("before")
        server.hang
        client.receive_timeout = 0.2
        expect { publish("unheard") }.to raise_error(Pusher::HTTPError)
        server.wait_until_closed
        client.receive_timeout = 60
        publish("after")
        expect([connections, published]).to eq([[1, 1, 2], %w[before after]])
      end

      it "is closed after a reply with Connection: close" do
        reply = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}"
        server.reply_with_bytes(reply)
        publish("1")
        server.wait_until_closed
        publish("2")
        expect(connections).to eq([1, 2])
      end

      it "is closed by reset_all" do
        publish("1")
        client.sync_http_client.reset_all
        server.wait_until_closed
        publish("2")
        expect(connections).to eq([1, 2])
      end
    end

    describe "reset_all with a reply" do
      let(:server) { start_endpoint(tls: identity, checked: false) }
      let(:http) { client.sync_http_client }

      def get
        http.request(:get, "#{server.scheme}://#{server.host}:#{server.port}/")
      end

      # Opens this many connections and leaves them idle.
      def connect(count)
        server.hold
        threads = Array.new(count) { Thread.new { get } }
        server.wait_until_in_flight(count)
        server.release
        threads.each(&:join)
      end

      it "closes the connection of that reply and no other" do
        connect(3)
        server.reply_with(status: 503)
        busy = get
        expect(busy.status).to eq(503)
        http.reset_all(busy)
        server.wait_until_closed(2)
        expect(server.open_connections).to eq(2)
        connect(2)
        expect(server.connections).to eq(3)
      end

      it "leaves the connection open if another request was sent on it since" do
        reply = get
        server.hold
        other = Thread.new { get }
        server.wait_until_in_flight(1)
        http.reset_all(reply)
        server.release
        expect(other.value.status).to eq(404)
        get
        expect(connections).to eq([1, 1, 1])
      end

      it "does nothing if the connection was closed before" do
        reply = get
        http.reset_all
        server.wait_until_closed
        http.reset_all(reply)
        get
        expect(connections).to eq([1, 2])
      end
    end

    describe "keep_alive_timeout" do
      it "closes an idle connection after that time" do
        client.keep_alive_timeout = 0.05
        publish("1")
        sleep 0.1
        publish("2")
        expect(connections).to eq([1, 2])
      end

      it "keeps an idle connection for that time" do
        client.keep_alive_timeout = 60
        publish("1")
        sleep 0.1
        publish("2")
        expect(connections).to eq([1, 1])
      end

      it "applies from the next request on, also if it is set on sync_http_client" do
        publish("1", "2")
        client.sync_http_client.keep_alive_timeout = 0.05
        publish("3")
        sleep 0.1
        publish("4")
        expect(connections.uniq.size).to eq(3)
        expect(published).to eq(%w[1 2 3 4])
      end

      it "keeps connections until the server closes them if it is nil, and reuses none if it is 0" do
        client.keep_alive_timeout = nil
        publish("1", "2")
        client.keep_alive_timeout = 0
        publish("3", "4")
        expect(connections).to eq([1, 1, 2, 3])
      end
    end

    describe "an idle connection that the server has closed" do
      it "is replaced: the event arrives once" do
        publish("first")
        server.close_idle
        publish("second")
        expect([connections, published]).to eq([[1, 2], %w[first second]])
      end

      it "is replaced if all of several were closed" do
        server.hold
        threads = Array.new(4) { |number| Thread.new { publish(number.to_s) } }
        server.wait_until_in_flight(4)
        server.release
        threads.each(&:join)
        server.close_idle
        publish("after")
        expect(published.tally.values).to eq([1] * 5)
        expect(connections).to contain_exactly(1, 2, 3, 4, 5)
      end

      it "is replaced if the server still reads from it" do
        ending = start_fault(:end_after_reply, tls: identity)
        client = client_of(ending, timeout: 60)
        1.upto(3) do |count|
          expect(client.post("/events")).to eq({ channels: {} })
          ending.wait_until_ended(count)
        end
        expect(ending.requests.map(&:connection)).to eq([1, 2, 3])
      end
    end

    # Whether the server has processed a request that it has read is unknown.
    describe "a reused connection that the server closes before it replies" do
      it "is an error if the server has read the event" do
        publish("first")
        server.drop
        expect_transport_error(EOFError, /closed before/) { publish("lost") }
        expect(connections).to eq([1, 1])
        publish("after")
        expect([connections, published]).to eq([[1, 1, 2], %w[first after]])
      end

      it "is replaced for a query" do
        client.channels
        server.drop
        expect(client.channels).to eq({ channels: {} })
        expect(connections).to eq([1, 1, 2])
      end

      it "is replaced after a reset" do
        publish("first")
        server.reset
        publish("second")
        expect([connections, published]).to eq([[1, 1, 2], %w[first second]])
      end

      it "is replaced only once" do
        publish("first")
        server.reset(times: 2)
        expect_transport_error(Errno::ECONNRESET, /reset/) { publish("lost") }
        expect(connections).to eq([1, 1, 2])
      end
    end

    describe "a fresh connection" do
      it "is not replaced if the server closes it before it replies" do
        server.drop
        expect_transport_error(EOFError, /closed before/) { publish("lost") }
        expect([connections, published]).to eq([[1], []])
        publish("after")
        expect(published).to eq(["after"])
      end

      it "is not replaced after a reset" do
        server.reset
        expect_transport_error(Errno::ECONNRESET, /reset/) { publish("lost") }
        expect([connections, published]).to eq([[1], []])
      end
    end

    describe "a reused connection" do
      it "is not replaced after one byte of a reply" do
        publish("first")
        server.reply_with_bytes("H", close: true)
        expect_transport_error(EOFError, /closed before/) { publish("lost") }
        expect(connections).to eq([1, 1])
        publish("after")
        expect([connections, published]).to eq([[1, 1, 2], %w[first after]])
      end
    end

    it "never takes a second reply for the reply to the next request" do
      server.reply_with_bytes("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}" * 2)
      publish("1", "2")
      expect(connections).to eq([1, 2])
    end
  end
end
