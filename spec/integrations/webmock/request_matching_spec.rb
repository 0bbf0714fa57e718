# frozen_string_literal: true

RSpec.describe "A request under WebMock" do
  include_context "with a client of an unreachable service"

  def succeed(stub)
    stub.to_return(body: "{}")
  end

  # Expects a stub with the first conditions to match, and one with the second not to.
  def expect_match(matching, different)
    succeed(stub_request(:post, events_url).with(different))
    expect { publish(title: "Hello") }.to raise_error(WebMock::NetConnectNotAllowedError)
    succeed(stub_request(:post, events_url).with(matching))
    expect(publish(title: "Hello")).to eq({})
  end

  it "has a Symbol as its method, a body and headers" do
    seen = nil
    succeed(stub_request(:any, /./).with { |request| seen = request })
    publish(title: "Hello")

    expect(seen.method).to be(:post)
    expect(seen.body).to eq('{"name":"headline","channels":["news"],"data":"{\"title\":\"Hello\"}"}')
    expect(seen.headers).to include("Content-Type" => "application/json",
                                    "X-Pusher-Library" => "pusher-http-ruby #{Pusher::VERSION}")
    expect(seen.headers["User-Agent"]).not_to be_empty
  end

  it "has the signed query, with a valid signature" do
    seen = nil
    succeed(stub_request(:any, /./).with { |request| seen = request })
    client.channels(filter_by_prefix: "présence- ")
    request = Pusher::Signature::Request.new("GET", seen.uri.path, seen.uri.query_values)

    expect(seen.uri.query_values.keys)
      .to contain_exactly("auth_key", "auth_signature", "auth_timestamp", "auth_version", "filter_by_prefix")
    expect(request.authenticate_by_token!(client.authentication_token)).to be(true)
  end

  it "is matched by its method" do
    succeed(stub_request(:get, events_url))
    expect { publish }.to raise_error(WebMock::NetConnectNotAllowedError)
    succeed(stub_request(:post, events_url))
    expect(publish).to eq({})
  end

  it "is matched by the whole url if the time is fixed" do
    allow(Time).to receive(:now).and_return(Time.at(1_427_034_994))
    seen = nil
    expect { client.channels }.to raise_error(WebMock::NetConnectNotAllowedError) { |error|
      seen = error.message[%r{https://api\.test/apps/20/channels\?\S+}]
    }
    expect(seen).to include("auth_key=the-key", "auth_timestamp=1427034994", "auth_version=1.0")
    succeed(stub_request(:get, seen))
    expect(client.channels).to eq({})
  end

  it "is matched by a regexp" do
    succeed(stub_request(:post, %r{/apps/21/events}))
    expect { publish }.to raise_error(WebMock::NetConnectNotAllowedError)
    succeed(stub_request(:post, %r{/apps/20/events}))
    expect(publish).to eq({})
  end

  it "is matched by an Addressable template" do
    succeed(stub_request(:get, Addressable::Template.new("https://{host}/apps/{id}/channels{?query*}")))
    expect(client.channels).to eq({})
    expect { client.channel_info("news") }.to raise_error(WebMock::NetConnectNotAllowedError)
  end

  it "is matched by a part of its query" do
    url = "https://api.test/apps/20/channels"
    succeed(stub_request(:get, url).with(query: hash_including("info" => "user_count")))
    expect(client.channels(info: "user_count")).to eq({})
    expect { client.channels }.to raise_error(WebMock::NetConnectNotAllowedError)
    expect { client.channels(info: "other") }.to raise_error(WebMock::NetConnectNotAllowedError)
  end

  it "is matched by an Array in its query" do
    succeed(stub_request(:get, "https://api.test/apps/20/any").with(query: hash_including("ids" => %w[1 2])))
    expect(client.get("/any", ids: [1, 2])).to eq({})
    expect { client.get("/any", ids: [1]) }.to raise_error(WebMock::NetConnectNotAllowedError)
  end

  it "is matched by the absence of a query parameter" do
    succeed(stub_request(:get, "https://api.test/apps/20/channels").with(query: hash_excluding("info" => "user_count")))
    expect { client.channels(info: "user_count") }.to raise_error(WebMock::NetConnectNotAllowedError)
    expect(client.channels).to eq({})
  end

  it "is matched by its body, as a String, a Hash, a part or a Regexp" do
    text = '{"name":"headline","channels":["news"],"data":"{\"title\":\"Hello\"}"}'
    expect_match({ body: text }, { body: text.sub("Hello", "Hullo") })
    WebMock.reset!
    hash = { name: "headline", channels: ["news"], data: '{"title":"Hello"}' }
    expect_match({ body: hash }, { body: hash.merge(channels: ["sports"]) })
    WebMock.reset!
    expect_match({ body: hash_including(name: "headline") }, { body: hash_including(name: "other") })
    WebMock.reset!
    expect_match({ body: /"channels":\["news"\]/ }, { body: /"channels":\["sports"\]/ })
  end

  it "is matched by its headers" do
    expect_match({ headers: { "X-Pusher-Library" => /ruby/ } }, { headers: { "X-Pusher-Library" => /python/ } })
    WebMock.reset!
    expect_match({ headers: { content_type: "application/json" } }, { headers: { content_type: "text/plain" } })
  end

  it "is matched by a block, which is called once" do
    calls = 0
    succeed(stub_request(:post, events_url).with { |request| (calls += 1) && request.body.include?("headline") })
    expect(publish).to eq({})
    expect(calls).to eq(1)
  end

  it "gets the reply of the last matching stub" do
    stub_request(:post, events_url).to_return(status: 202)
    last = succeed(stub_request(:post, events_url))
    expect(publish).to eq({})
    remove_request_stub(last)
    expect(publish).to be(true)
  end

  it "is not allowed after reset!" do
    succeed(stub_request(:post, events_url))
    WebMock.reset!
    expect { publish }.to raise_error(WebMock::NetConnectNotAllowedError)
  end

  it "is stubbed if the HTTP client itself sends it" do
    stub_request(:put, "http://elsewhere.test/?a=1").to_return(status: 201, body: "made", headers: { "X-A" => "b" })
    reply = client.sync_http_client.request(:put, "http://elsewhere.test/", { a: 1 }, "body")
    expect([reply.status, reply.body, reply.headers]).to eq([201, "made", { "X-A" => "b" }])
  end

  it "is stubbed if a channel or the module sends it, and for batches" do
    stub = succeed(stub_request(:any, %r{\Ahttp://api\.test/apps/20/}))
    Pusher.url = "http://k:s@api.test/apps/20"
    Pusher["news"].trigger!("event", "data")
    Pusher.trigger_batch(channel: "news", name: "event", data: "data")
    Pusher.channel_info("news")
    expect(stub).to have_been_requested.times(3)
  end
end
