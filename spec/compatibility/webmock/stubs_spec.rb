# frozen_string_literal: true

require "compatibility_helper"

# WebMock is loaded in a separate run: PUSHER_SPECS=webmock.
RSpec.describe "A request that WebMock stubs", :webmock do
  include WebMock::API if defined?(WebMock)

  let(:client) { Pusher::Client.new(app_id: "20", key: "the-key", secret: "the-secret", host: "api.test") }
  let(:address) { %r{\Ahttps://api\.test(:443)?/apps/20/events\?} }

  def publish
    client.trigger("news", "event", { a: 1 })
  end

  def signature
    seen = nil
    stub_request(:any, /api\.test/).with { |request| seen = request }.to_return(body: "{}")
    yield
    seen
  end

  it "has a Symbol as its method" do
    expect([signature { publish }.method, signature { client.channels }.method]).to eq(%i[post get])
  end

  it "has the absolute, signed url" do
    uri = signature { publish }.uri
    expect([uri.scheme, uri.host, uri.path]).to eq(["https", "api.test", "/apps/20/events"])
    expect(uri.query_values.keys)
      .to contain_exactly("auth_key", "auth_timestamp", "auth_version", "auth_signature", "body_md5")
  end

  it "has a body" do
    expect(signature { publish }.body).to eq('{"name":"event","channels":["news"],"data":"{\"a\":1}"}')
  end

  it "has headers" do
    expect(signature { publish }.headers)
      .to include("Content-Type" => "application/json", "X-Pusher-Library" => "pusher-http-ruby #{Pusher::VERSION}")
  end

  it "is matched by url, body and headers" do
    stub_request(:post, address)
      .with(body: '{"name":"event","channels":["news"],"data":"{\"a\":1}"}',
            headers: { "Content-Type" => "application/json" })
      .to_return(status: 200, body: '{"a":1}')
    expect(publish).to eq({ a: 1 })
  end

  it "is matched by part of its query" do
    stub_request(:get, "https://api.test/apps/20/channels")
      .with(query: hash_including({ "auth_key" => "the-key", "info" => "user_count" }))
      .to_return(body: '{"channels":{}}')
    expect(client.channels({ info: "user_count" })).to eq({ channels: {} })
  end

  it "is counted" do
    stub_request(:post, address).to_return(body: "{}")
    2.times { publish }
    expect { assert_requested(:post, address, times: 2) }.not_to raise_error
    expect { assert_requested(:post, address, times: 1) }.to raise_error(/expected to execute 1 time/)
  end

  it "has an empty body if the stub has none" do
    stub_request(:any, /api\.test/)
    reply = client.sync_http_client.request(:get, "https://api.test/", nil, nil, {})
    expect([reply.status, reply.body]).to eq([200, ""])
  end

  it "returns true for a stubbed 202 without a body" do
    stub_request(:post, address).to_return(status: 202)
    expect(publish).to be(true)
  end

  { 400 => "Bad request: no", 401 => "no", 404 => "404 Not found (/apps/20/events)",
    407 => "Proxy Authentication Required", 413 => "Payload Too Large > 10KB",
    500 => "Unknown error (status code 500): no" }.each do |status, message|
    it "raises the error of a stubbed #{status}" do
      stub_request(:post, address).to_return(status:, body: "no")
      expect { publish }.to raise_error(Pusher::Error, message)
    end
  end

  it "is stubbed in the background, too" do
    stub_request(:post, address).to_return(status: 202, body: '{"a":1}')
    reply = client.trigger_async("news", "event", "data").pop
    expect([reply.status, reply.body.read]).to eq([202, '{"a":1}'])
  end

  it "is stubbed in the background by a global stub, too" do
    WebMock.globally_stub_request(:after_local_stubs) do |request|
      { status: 202, body: '{"a":1}' } if request.uri.host == "api.test"
    end
    expect(client.trigger_async("news", "event", "data").pop.status).to eq(202)
  ensure
    WebMock::StubRegistry.instance.global_stubs[:after_local_stubs].clear
  end

  it "is stubbed on a reactor, too" do
    require "eventmachine"
    stub_request(:post, address).to_return(status: 200, body: '{"a":1}')
    reply = nil
    EM.run do
      deferrable = client.trigger_async("news", "event", "data")
      %i[callback errback].each do |kind|
        deferrable.public_send(kind) do |value|
          reply = [kind, value]
          EM.stop
        end
      end
    end
    expect(reply).to eq([:callback, { a: 1 }])
  end
end
