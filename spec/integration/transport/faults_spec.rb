# frozen_string_literal: true

require "spec_helper"
require "zlib"
require_relative "support/attempts"
require_relative "support/late_connecting"

# For each fault of a server the caller gets an error that names it, in bounded time and memory. The connection is
# closed, and the client works with the next one.
RSpec.describe "A faulty server" do
  include Attempts

  # Generous bounds in seconds: for faults that are noticed at once, and for those that take a timeout of 0.3 s. The
  # other timeouts are longer.
  at_once = 45
  timed_out = 45

  head = FaultServer::Faults::OK
  short = ->(stage) { { timeout: 60, stage => 0.3 } }

  # One line of the table. `gets`: the class of the HTTPError's `original_error`, and a pattern for its message.
  #
  # rubocop:disable Metrics/ParameterLists -- the columns of the table
  def self.peer(does, fault, gets:, within:, over: %i[http https], timeouts: { timeout: 60 }, data: "data", **options)
    over.each do |scheme|
      it "over #{scheme} #{does}: #{gets.first} within #{within} s" do
        server = start_fault(fault, tls: (certificates.good if scheme == :https), **options)
        client = client_of(server, **timeouts)
        expect_within(within) { expect_transport_error(*gets) { client.post("/events", { data: }) } }
        expect_left(server)
        expect_usable(client, scheme)
      end
    end
  end
  # rubocop:enable Metrics/ParameterLists

  # As `peer`, for a valid HTTP reply. The expectation gets the request as a proc.
  def self.reply(does, bytes, expectation)
    %i[http https].each do |scheme|
      it "over #{scheme} #{does}" do
        server = start_fault(:reply, bytes: bytes.b, tls: (certificates.good if scheme == :https))
        client = client_of(server, timeout: 60)
        expect_within(45) { instance_exec(-> { client.post("/events", { data: "data" }) }, &expectation) }
        expect_usable(client, scheme)
      end
    end
  end

  def expect_left(server)
    server.wait_until_closed
    expect(server.connections).to eq(1)
  end

  describe "that is silent" do
    peer "sends no reply", :hang_after_request,
         gets: [Pusher::ReceiveTimeoutError, /no complete reply/], within: timed_out, timeouts: short[:receive_timeout]
    peer "reads no request", :hang_after_handshake,
         gets: [Pusher::ReceiveTimeoutError, /no complete reply/], within: timed_out, timeouts: short[:receive_timeout]
    peer "does not take part in the TLS handshake", :hang,
         gets: [Pusher::ConnectTimeoutError, /no TLS handshake with 127\./], over: [:https],
         within: timed_out, timeouts: short[:connect_timeout]
    peer "stops after the head of its reply", :hang_after_head,
         gets: [Pusher::ReceiveTimeoutError, /no complete reply/], within: timed_out, timeouts: short[:receive_timeout]
    peer "sends its reply byte by byte", :drip,
         gets: [Pusher::ReceiveTimeoutError, /no complete reply/], within: timed_out, timeouts: short[:receive_timeout],
         interval: 0.05

    %i[http https].each do |scheme|
      it "over #{scheme} accepts no connection: #{Pusher::ConnectTimeoutError} within #{timed_out} s" do
        server = start_fault(:full_backlog, tls: (certificates.good if scheme == :https))
        client = client_of(server, **short[:connect_timeout])
        expect_within(timed_out) do
          expect_transport_error(Pusher::ConnectTimeoutError, /127\.0\.0\.1:#{server.port}/) { client.post("/events") }
        end
        expect_usable(client, scheme)
      end

      it "over #{scheme} stops reading: #{Pusher::SendTimeoutError} within #{timed_out} s" do
        server = start_fault(:stop_reading, tls: (certificates.good if scheme == :https))
        client = client_of(server, **short[:send_timeout])
        expect_within(timed_out) do
          expect_transport_error(Pusher::SendTimeoutError, /not sent/) do
            client.post("/events", { data: "x" * 8_000_000 })
          end
        end
        expect(server.connections).to eq(1)
        expect_usable(client, scheme)
      end
    end
  end

  describe "that closes the connection" do
    peer "closes at once", :close, gets: [EOFError, /closed before/], within: at_once, over: [:http]
    peer "closes at once", :close, gets: [OpenSSL::SSL::SSLError, /handshake/], within: at_once, over: [:https]
    peer "resets at once", :reset, gets: [Errno::ECONNRESET, /reset/], within: at_once
    peer "closes before its reply", :close_after_request, gets: [EOFError, /closed before/], within: at_once
    peer "resets before its reply", :reset_after_request, gets: [Errno::ECONNRESET, /reset/], within: at_once
    peer "resets while it is sent to", :reset_in_request, gets: [SystemCallError, /reset|Broken pipe/], within: at_once,
                                                          data: "x" * 8_000_000
    peer "closes within the head", :truncated_head, gets: [EOFError, /closed before/], within: at_once
    peer "closes within the body", :truncated_body, gets: [EOFError, /closed before/], within: at_once
    peer "resets within the body", :reset_in_body, gets: [Errno::ECONNRESET, /reset/], within: at_once
    peer "closes before the last chunk", :missing_last_chunk, gets: [EOFError, /closed before/], within: at_once
    peer "announces a huge body and closes", :reply,
         gets: [EOFError, /closed before/], within: at_once,
         bytes: "#{head}Content-Length: 9999999999999\r\n\r\n{}", close: true
  end

  describe "that does not speak HTTP/1.1" do
    # Its bytes may arrive before or after the request is sent.
    peer "speaks no HTTP", :garbage,
         gets: [Pusher::ProtocolError, /HTTP version|a reply without a request/], within: at_once, over: [:http]
    peer "speaks no TLS", :garbage, gets: [OpenSSL::SSL::SSLError, /corrupt/], within: at_once, over: [:https]
    {
      "HTTP/2" => "HTTP/2 200\r\ncontent-length: 2\r\n\r\n{}",
      "HTTP/0.9" => "{}",
      "a status that is no number" => "HTTP/1.1 abc OK\r\n\r\n",
      "a status below 100" => "HTTP/1.1 099 OK\r\n\r\n",
      "a header without a colon" => "HTTP/1.1 200 OK\r\nContent-Length 2\r\n\r\n{}",
      "a header over two lines" => "HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 2\r\n\r\n{}",
      "a header with a NUL" => "HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 2\r\n\r\n{}",
      "too many headers" => "HTTP/1.1 200 OK\r\n#{"X: y\r\n" * 1000}Content-Length: 2\r\n\r\n{}"
    }.each do |what, bytes|
      peer "sends #{what}", :reply, gets: [Pusher::ProtocolError, /invalid reply/], within: at_once, bytes:
    end
  end

  describe "that frames its reply wrongly" do
    ["-1", "+2", "1e3", "0x2", "two", "", "2;3", "99999999999999999999"].each do |length|
      peer "sends Content-Length: #{length.inspect}", :impossible_length,
           gets: [Pusher::ProtocolError, /content-length/], within: at_once, length:
    end
    peer "sends two Content-Length headers", :contradicting_lengths,
         gets: [Pusher::ProtocolError, /content-length/], within: at_once
    peer "sends two lengths in one header", :impossible_length, gets: [Pusher::ProtocolError, /content-length/],
                                                                within: at_once, length: "15, 2"
    peer "sends Content-Length and Transfer-Encoding", :reply,
         gets: [Pusher::ProtocolError, /both a transfer-encoding and a content-length/], within: at_once,
         bytes: "#{head}Transfer-Encoding: chunked\r\nContent-Length: 12\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
    {
      "no size" => "\r\n{}\r\n0\r\n\r\n", "a size that is none" => "zz\r\n{}\r\n0\r\n\r\n",
      "a size below zero" => "-2\r\n{}\r\n0\r\n\r\n", "a size beyond counting" => "#{"f" * 20}\r\n{}\r\n0\r\n\r\n",
      "more in them than their size" => "1\r\n{}\r\n0\r\n\r\n", "an endless size" => "2;#{"a" * 100_000}"
    }.each do |what, chunks|
      peer "sends chunks with #{what}", :bad_chunks, gets: [Pusher::ProtocolError, /invalid reply/], within: at_once,
                                                     chunks:
    end
  end

  describe "that never stops sending" do
    peer "sends headers for ever", :endless_headers, gets: [Pusher::ProtocolError, /head is larger than 65536/],
                                                     within: at_once
    peer "sends one header for ever", :endless_header, gets: [Pusher::ProtocolError, /head is larger than 65536/],
                                                       within: at_once
    peer "sends interim replies for ever", :endless_interim_replies,
         gets: [Pusher::ProtocolError, /larger than 33554432/], within: at_once
    peer "sends a body for ever", :endless_body, gets: [Pusher::ProtocolError, /body is larger than 33554432/],
                                                 within: at_once
    peer "sends chunks for ever", :endless_chunks, gets: [Pusher::ProtocolError, /body is larger than 33554432/],
                                                   within: at_once
    peer "sends trailers for ever", :endless_trailers, gets: [Pusher::ProtocolError, /larger than|too many headers/],
                                                       within: at_once

    %i[endless_headers endless_header endless_interim_replies endless_body endless_chunks endless_trailers]
      .product(%i[http https]).each do |fault, scheme|
      it "takes no more memory than the maximum size of a reply (#{fault} over #{scheme})" do
        client = client_of(start_fault(fault, tls: (certificates.good if scheme == :https)), timeout: 60)
        expect(peak_growth { attempt { client.post("/events") } }).to be < 160
      end
    end
  end

  describe "whose reply is valid HTTP, but no result" do
    unreadable = lambda do |request|
      expect(&request).to raise_error(Pusher::HTTPError, /::ParseError/) { |error|
        expect(error).to have_attributes(status: 200, original_error: error.cause)
        expect(error.cause).to be_a(StandardError)
      }
    end
    gzip = Zlib.gzip("{\"channels\":{}}")
    {
      "a page" => "<html></html>", "JSON that is nested too deeply" => "[" * 200_000, "gzip, unrequested," => gzip
    }.each do |what, body|
      reply "sends #{what} instead of a JSON object: #{Pusher::HTTPError} with its status and body",
            "#{head}Content-Length: #{body.bytesize}\r\n#{"Content-Encoding: gzip\r\n" if body == gzip}\r\n".b + body.b,
            unreadable
    end

    reply "sends gzip, unrequested: an error that says so",
          "#{head}Content-Length: #{gzip.bytesize}\r\nContent-Encoding: gzip\r\n\r\n".b + gzip, lambda { |request|
            message = /\Athe reply is not JSON: it is compressed \(Content-Encoding: gzip\) /
            expect(&request).to raise_error(Pusher::HTTPError, message)
          }

    [101, 204, 304, 306, 500, 999].each do |status|
      length = "Content-Length: 0\r\n" unless [101, 204, 304].include?(status)
      reply "has status #{status}: #{Pusher::Error}, and the connection is closed",
            "HTTP/1.1 #{status} Odd\r\n#{length}\r\n", lambda { |request|
              refusal = an_instance_of(Pusher::Error).and(having_attributes(status:))
              expect(&request).to raise_error(refusal, "Unknown error (status code #{status}): ")
              @endpoints.first.wait_until_closed
            }
    end

    [301, 302, 303, 307, 308].each do |status|
      it "redirects with #{status}: #{Pusher::Error}, and the redirect is not followed" do
        location = "http://#{endpoint.host}:#{endpoint.port}/apps/3/events"
        bytes = "HTTP/1.1 #{status} Go\r\nLocation: #{location}\r\nContent-Length: 2\r\n\r\nno"
        server = start_fault(:reply, bytes:)
        expect { client_of(server).post("/events", { data: "data" }) }
          .to raise_error(an_instance_of(Pusher::Error), "Unknown error (status code #{status}): no")
        expect(endpoint.connections).to eq(0)
        expect_left(server)
      end
    end
  end

  describe "that sends a reply to no request" do
    it "replies twice: the connection is closed" do
      server = start_fault(:excessive_body)
      client = client_of(server)
      2.times { expect(client.post("/events")).to eq({ channels: {} }) }
      expect(server.requests.map(&:connection)).to eq([1, 2])
    end

    # LateConnecting makes sure that the reply has arrived before the request is sent.
    it "replies before the request: #{Pusher::ProtocolError}, and nothing is sent" do
      server = start_fault(:unasked_reply)
      client = client_of(server)
      expect_transport_error(Pusher::ProtocolError, /a reply without a request/) do
        LateConnecting.run { client.post("/events") }
      end
      expect_left(server)
      expect_usable(client, :http)
    end
  end
end
