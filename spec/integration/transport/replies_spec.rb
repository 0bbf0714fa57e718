# frozen_string_literal: true

require "spec_helper"

# Replies that are framed in an unusual way.
RSpec.describe "A reply" do
  let(:client) { Pusher::Client.new(endpoint.client_options) }

  it "with a chunked body is read to its last chunk, extensions included" do
    chunks = "3\r\n{\"a\r\n4;x=y\r\n\":1}\r\n0\r\n\r\n"
    endpoint.reply_with_bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n#{chunks}")
    expect(client.post("/x")).to eq({ a: 1 })
  end

  it "without a length is read to the end of the connection" do
    endpoint.reply_with_bytes("HTTP/1.1 200 OK\r\n\r\n{\"a\":1}", close: true)
    expect(client.post("/x")).to eq({ a: 1 })
  end

  it "Fix: can follow several interim replies" do
    interim = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
    endpoint.reply_with_bytes("#{interim}HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{\"a\":1}")
    expect(client.post("/x")).to eq({ a: 1 })
  end
end
