# frozen_string_literal: true

require "compatibility_helper"

RSpec.describe "sync_http_client" do
  let(:http) { Pusher::Client.new.sync_http_client }
  let(:server) { start_endpoint(checked: false) }
  let(:address) { "http://#{server.host}:#{server.port}" }

  def request
    server.requests.last
  end

  it "sends a request and returns the reply" do
    server.reply_with(status: 418, body: "text", headers: { "X-Colour" => "green" })
    reply = http.request(:post, "#{address}/path", { "a" => "b c" }, "body", { "X-Own" => "yes" })
    expect([reply.status, reply.code, reply.body]).to eq([418, 418, "text"])
    expect(request).to have_attributes(verb: "POST", target: "/path?a=b+c", body: "body")
    expect(request["X-Own"]).to eq("yes")
  end

  it "returns replies with their headers" do
    server.reply_with(headers: { "X-Colour" => "green" })
    expect(http.request(:get, "#{address}/", nil, nil, {}).headers).to include("X-Colour" => "green")
  end

  it "accepts a URI" do
    http.request(:get, URI.parse("#{address}/path"), nil, nil, {})
    expect(request).to have_attributes(verb: "GET", path: "/path")
  end

  it "accepts a query as a String" do
    http.request(:get, "#{address}/path", "a=1&b=2", nil, {})
    expect(request.target).to eq("/path?a=1&b=2")
  end

  it "accepts a request without a query" do
    http.request(:get, "#{address}/path", nil, nil, {})
    expect(request.target).to eq("/path")
  end

  it "accepts a binary body" do
    body = (0..255).map(&:chr).join.b
    http.request(:post, "#{address}/path", nil, body, {})
    expect(request.body).to eq(body)
  end

  it "raises for no status" do
    server.reply_with(status: 500, body: "oops")
    expect(http.request(:get, "#{address}/", nil, nil, {}).status).to eq(500)
  end

  it "sends in the background by request_async", :socket do
    server.reply_with(body: "text")
    expect(http.request_async(:get, "#{address}/path", nil, nil, {}).pop.body.read).to eq("text")
  end

  it "can be reset and used again" do
    2.times do
      expect(http.request(:get, "#{address}/nowhere", nil, nil, {}).status).to eq(404)
      http.reset_all
    end
    expect(server.requests.size).to eq(2)
  end

  it "opens a new connection after a reset", :socket do
    2.times do
      http.request(:get, "#{address}/path", nil, nil, {})
      http.reset_all
    end
    expect(server.connections).to eq(2)
  end

  %i[connect_timeout= send_timeout= receive_timeout= keep_alive_timeout=].each do |writer|
    it "has #{writer}" do
      http.public_send(writer, 3)
      expect(http.request(:get, "#{address}/nowhere", nil, nil, {}).status).to eq(404)
    end
  end

  ["a\r\nX-Evil: 1", "a\0b"].each do |value|
    it "refuses the header value #{value.inspect}", :fix do
      expect { http.request(:get, "#{address}/", nil, nil, { "X-Own" => value }) }.to raise_error(StandardError)
      expect(server.requests).to be_empty
    end
  end

  it "shows no proxy password in inspect", :fix do
    client = Pusher::Client.new(http_proxy: "http://someone:hush@proxy.test")
    expect(client.sync_http_client.inspect).not_to include("hush")
  end
end
