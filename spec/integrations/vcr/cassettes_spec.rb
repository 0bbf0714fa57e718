# frozen_string_literal: true

RSpec.describe "A VCR cassette" do
  let(:client) { Pusher::Client.new(endpoint.client_options) }
  let(:reply) { { channels: { "presence-news" => { "user_count" => 0 } } } }

  def publish(title = "Hello")
    client.trigger("presence-news", "headline", { title: }, { info: "user_count" })
  end

  it "records a reply, and replays it without the service" do
    expect(in_cassette { publish }).to eq(reply)
    expect(endpoint.requests.size).to eq(1)
    endpoint.stop
    advance_time_by_a_minute
    expect(in_cassette(record: :none) { publish }).to eq(reply)
  end

  it "records and replays queries, batches and events of channels" do
    requests = lambda do
      [client.channels, client.channels(filter_by_prefix: "presence-", info: "user_count"),
       client.get("/channels", ids: [1, 2]), client.channel_users("presence-news"),
       client.trigger_batch(channel: "news", name: "event", data: "data"), client["news"].trigger!("event", "data")]
    end
    replies = in_cassette(&requests)
    endpoint.stop
    advance_time_by_a_minute
    expect(in_cassette(record: :none, &requests)).to eq(replies)
    expect(endpoint.requests.size).to eq(6)
  end

  it "records and replays error replies" do
    client.secret = "wrong"
    2.times do
      expect { in_cassette { publish } }.to raise_error(Pusher::AuthenticationError, /auth_signature/)
      endpoint.stop
    end
    expect(recorded).to include("code: 401")
  end

  it "does not record a request without a reply" do
    endpoint.drop
    expect { in_cassette { publish } }.to raise_error(Pusher::HTTPError)
    expect(in_cassette { publish }).to eq(reply)
    expect(recorded.scan("request:").size).to eq(1)
  end

  it "does not match a later request by VCR's default matchers, which include the signature" do
    VCR.use_cassette("events") { publish }
    advance_time_by_a_minute
    expect { VCR.use_cassette("events", record: :none) { publish } }
      .to raise_error(VCR::Errors::UnhandledHTTPRequestError)
  end

  it "matches requests by their body with match_requests_on" do
    in_cassette { publish("Hello") }
    advance_time_by_a_minute
    expect { in_cassette(record: :none) { publish("Hullo") } }.to raise_error(VCR::Errors::UnhandledHTTPRequestError)
    expect { in_cassette(record: :none, match_requests_on: %i[method path]) { publish("Hullo") } }.not_to raise_error
  end

  it "replays each reply once, unless repeats are allowed" do
    in_cassette { publish }
    advance_time_by_a_minute
    expect { in_cassette(record: :none) { 2.times { publish } } }
      .to raise_error(VCR::Errors::UnhandledHTTPRequestError)
    expect(in_cassette(record: :none, allow_playback_repeats: true) { Array.new(2) { publish } }).to eq([reply] * 2)
  end

  it "records new requests with record: :new_episodes" do
    in_cassette { publish("one") }
    advance_time_by_a_minute
    in_cassette(record: :new_episodes) { %w[one two].each { |title| publish(title) } }
    expect(endpoint.events.map(&:data)).to eq(%w[{"title":"one"} {"title":"two"}])
  end

  it "contains neither the secret nor filtered data" do
    VCR.configure { |config| config.filter_sensitive_data("<PUSHER_KEY>") { client.key } }
    in_cassette { publish }
    expect(recorded).to include("auth_key=<PUSHER_KEY>&")
    expect(recorded).not_to match(/#{client.key}|#{client.secret}/)
    endpoint.stop
    expect(in_cassette(record: :none) { publish }).to eq(reply)
  end

  it "contains the request and its reply in readable form" do
    in_cassette { publish }
    interaction = YAML.safe_load(recorded)["http_interactions"].first
    request, response = interaction.values_at("request", "response")
    expect(request).to include("method" => "post", "uri" => start_with("http://127.0.0.1:#{endpoint.port}/apps/3/events?"))
    expect(request["body"]["string"]).to eq(endpoint.requests.first.body)
    expect(request["headers"]).to include("X-Pusher-Library" => ["pusher-http-ruby #{Pusher::VERSION}"])
    expect(response["status"]).to include("code" => 200)
    expect(response["headers"]).to include("Content-Type" => ["application/json"])
    expect(response["body"]["string"]).to eq('{"channels":{"presence-news":{"user_count":0}}}')
  end

  it "replays encrypted events if requests are matched without their bodies, which always differ" do
    client.encryption_master_key_base64 = ["k" * 32].pack("m0")
    publish = -> { client.trigger("private-encrypted-news", "headline", { title: "Hello" }) }
    options = { match_requests_on: %i[method path] }
    in_cassette(**options, &publish)
    endpoint.stop
    expect(in_cassette(record: :none, **options, &publish)).to eq({})
  end
end
