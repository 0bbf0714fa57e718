# frozen_string_literal: true

# What goes into a cassette, and what comes out of it.
RSpec.describe "A cassette of VCR's" do
  let(:client) { Pusher::Client.new(endpoint.client_options) }
  let(:reply) { { channels: { "presence-news" => { "user_count" => 0 } } } }

  def publish(title = "Hello")
    client.trigger("presence-news", "headline", { title: }, { info: "user_count" })
  end

  it "takes what the service says, and gives it again without the service" do
    expect(in_cassette { publish }).to eq(reply)
    expect(endpoint.requests.size).to eq(1)
    endpoint.stop
    let_time_pass
    expect(in_cassette(record: :none) { publish }).to eq(reply)
  end

  it "is in order for queries, batches and channels" do
    talk = lambda do
      [client.channels, client.channels(filter_by_prefix: "presence-", info: "user_count"),
       client.get("/channels", ids: [1, 2]), client.channel_users("presence-news"),
       client.trigger_batch(channel: "news", name: "event", data: "data"), client["news"].trigger!("event", "data")]
    end
    live = in_cassette(&talk)
    endpoint.stop
    let_time_pass
    expect(in_cassette(record: :none, &talk)).to eq(live)
    expect(endpoint.requests.size).to eq(6)
  end

  it "has refusals, too" do
    client.secret = "wrong"
    2.times do
      expect { in_cassette { publish } }.to raise_error(Pusher::AuthenticationError, /auth_signature/)
      endpoint.stop
    end
    expect(recorded).to include("code: 401")
  end

  it "has nothing of a request that failed" do
    endpoint.drop
    expect { in_cassette { publish } }.to raise_error(Pusher::HTTPError)
    expect(in_cassette { publish }).to eq(reply)
    expect(recorded.scan("request:").size).to eq(1)
  end

  it "is asked for the whole url unless it is told otherwise, and that is never the same again" do
    VCR.use_cassette("events") { publish }
    let_time_pass
    expect { VCR.use_cassette("events", record: :none) { publish } }
      .to raise_error(VCR::Errors::UnhandledHTTPRequestError)
  end

  it "is asked for the body where it is told to" do
    in_cassette { publish("Hello") }
    let_time_pass
    expect { in_cassette(record: :none) { publish("Hullo") } }.to raise_error(VCR::Errors::UnhandledHTTPRequestError)
    expect { in_cassette(record: :none, match_requests_on: %i[method path]) { publish("Hullo") } }.not_to raise_error
  end

  it "gives each reply once" do
    in_cassette { publish }
    let_time_pass
    expect { in_cassette(record: :none) { 2.times { publish } } }
      .to raise_error(VCR::Errors::UnhandledHTTPRequestError)
    expect(in_cassette(record: :none, allow_playback_repeats: true) { Array.new(2) { publish } }).to eq([reply] * 2)
  end

  it "takes new requests where it may" do
    in_cassette { publish("one") }
    let_time_pass
    in_cassette(record: :new_episodes) { %w[one two].each { |title| publish(title) } }
    expect(endpoint.events.map(&:data)).to eq(%w[{"title":"one"} {"title":"two"}])
  end

  it "never has the secret, and nothing that it is told to filter" do
    VCR.configure { |config| config.filter_sensitive_data("<PUSHER_KEY>") { client.key } }
    in_cassette { publish }
    expect(recorded).to include("auth_key=<PUSHER_KEY>&")
    expect(recorded).not_to match(/#{client.key}|#{client.secret}/)
    endpoint.stop
    expect(in_cassette(record: :none) { publish }).to eq(reply)
  end

  it "has what a reader looks for" do
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

  it "is good for encrypted events, which are never the same, without their bodies" do
    client.encryption_master_key_base64 = ["k" * 32].pack("m0")
    publish = -> { client.trigger("private-encrypted-news", "headline", { title: "Hello" }) }
    terms = { match_requests_on: %i[method path] }
    in_cassette(**terms, &publish)
    endpoint.stop
    expect(in_cassette(record: :none, **terms, &publish)).to eq({})
  end
end
