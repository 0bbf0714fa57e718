# frozen_string_literal: true

require "spec_helper"

RSpec.describe "The embedded endpoint's API" do
  let(:client) { RawClient.new(endpoint) }

  after { client.close }

  def post(path, object)
    client.call("POST", path, body: object.is_a?(String) ? object : JSON.generate(object))
  end

  def get(path, **params)
    client.call("GET", path, params: params.transform_keys(&:to_s))
  end

  def event(**rest)
    { name: "greet", channels: ["hall"], data: "hello" }.merge(rest)
  end

  def presence(channel, socket_id, user_id)
    data = JSON.generate(user_id:)
    signature = OpenSSL::HMAC.hexdigest("SHA256", endpoint.app.secret, "#{socket_id}:#{channel}:#{data}")
    endpoint.subscribe(channel, socket_id:,
                                auth: { auth: "#{endpoint.app.key}:#{signature}", channel_data: data })
  end

  describe "POST /events" do
    it "records events in order" do
      3.times { |number| post("/events", event(name: "n#{number}")) }
      expect(endpoint.wait_for(3).map(&:name)).to eq(%w[n0 n1 n2])
    end

    it "records all parts of an event" do
      post("/events", event(channels: %w[a b], socket_id: "1.2", info: "subscription_count"))
      expect(endpoint.events.first)
        .to have_attributes(name: "greet", channels: %w[a b], data: "hello", socket_id: "1.2",
                            info: ["subscription_count"], params: a_hash_including("socket_id" => "1.2"))
    end

    it "accepts a single channel as channel" do
      expect(post("/events", { name: "greet", channel: "hall", data: "x" }).status).to eq(200)
      expect(endpoint.events.first.channels).to eq(["hall"])
    end

    it "accepts a null socket id and the channel of a user" do
      expect(post("/events", event(channels: ["#server-to-user-7"], socket_id: nil)).status).to eq(200)
    end

    it "replies with the requested attributes" do
      presence("presence-hall", "1.1", "7")
      reply = post("/events", event(channels: ["presence-hall"], info: "user_count,subscription_count"))
      expect(JSON.parse(reply.body))
        .to eq("channels" => { "presence-hall" => { "user_count" => 1, "subscription_count" => 1 } })
    end

    {
      "no name" => [{ name: nil }, /name must be/],
      "a long name" => [{ name: "n" * 201 }, /name must be/],
      "no channels" => [{ channels: [] }, /1 to 100 channels/],
      "too many channels" => [{ channels: ["c"] * 101 }, /1 to 100 channels/],
      "channels that are no Array" => [{ channels: "hall" }, /must be an Array/],
      "an illegal channel" => [{ channels: ["ha ll"] }, /"ha ll" is no channel name/],
      "a long channel" => [{ channels: ["c" * 201] }, /is no channel name/],
      "a missing channel" => [{ channels: [nil] }, /nil is no channel name/],
      "data that is not a String" => [{ data: { a: 1 } }, /data must be a String/],
      "an odd socket id" => [{ socket_id: "1.x" }, /is no socket id/],
      "several channels, one encrypted" => [{ channels: %w[a private-encrypted-b] }, /goes to one channel/],
      "plain data for an encrypted channel" => [{ channels: ["private-encrypted-b"] }, /nonce and ciphertext/],
      "an attribute of nothing" => [{ info: "mood" }, /no attribute/]
    }.each do |what, (fields, sentence)|
      it "refuses #{what}" do
        expect(post("/events", event(**fields))).to have_attributes(status: 400, body: sentence)
      end
    end

    it "refuses an encrypted event whose nonce or tag is too short, or that holds anything else" do
      whole = { nonce: ["n" * 24].pack("m0"), ciphertext: ["c" * 16].pack("m0") }
      wrong = [whole.merge(nonce: ["n" * 23].pack("m0")), whole.merge(ciphertext: ["c" * 15].pack("m0")),
               whole.merge(nonce: "n?"), whole.merge(more: 1), [], { nonce: 1, ciphertext: 2 }]
      publish = ->(data) { post("/events", event(channels: ["private-encrypted-b"], data: JSON.generate(data))).status }
      expect(wrong.map(&publish)).to all(eq(400))
      expect(publish.call(whole)).to eq(200)
    end

    it "refuses data of more than 10 KB" do
      expect(post("/events", event(data: "x" * 10_240)).status).to eq(200)
      expect(post("/events", event(data: "x" * 10_241))).to have_attributes(status: 413, body: /this has 10241/)
    end

    it "refuses a body that is not a JSON object" do
      expect(post("/events", "{")).to have_attributes(status: 400, body: /is no JSON/)
      expect(post("/events", "[]")).to have_attributes(status: 400, body: /must be a JSON object/)
    end
  end

  describe "POST /batch_events" do
    def single(number)
      { channel: "c#{number}", name: "n", data: "d" }
    end

    it "accepts up to ten events" do
      expect(post("/batch_events", { batch: Array.new(10) { |number| single(number) } }).body).to eq("{}")
      expect(endpoint.wait_for(10).map(&:channel)).to eq(Array.new(10) { |number| "c#{number}" })
    end

    it "refuses eleven events, none and an invalid batch, and publishes nothing" do
      bodies = [{ batch: Array.new(11) { |number| single(number) } }, { batch: [] }, { batch: "x" }]
      bodies << { batch: [single(1), { channel: "c" }] }
      expect(bodies.map { |body| post("/batch_events", body).status }).to all(eq(400))
      expect(endpoint.events).to be_empty
    end

    it "replies with the requested attributes" do
      reply = post("/batch_events", { batch: [single(1).merge(info: "subscription_count"), single(2)] })
      expect(JSON.parse(reply.body)).to eq("batch" => [{ "subscription_count" => 0 }, {}])
    end
  end

  describe "the queries" do
    before do
      presence("presence-hall", "1.1", "7")
      presence("presence-hall", "1.2", "8")
      presence("presence-hall", "1.3", "7")
      endpoint.subscribe("lobby")
    end

    it "list the occupied channels" do
      expect(JSON.parse(get("/channels").body)).to eq("channels" => { "lobby" => {}, "presence-hall" => {} })
    end

    it "list those with a prefix, and their attributes" do
      reply = get("/channels", filter_by_prefix: "presence-", info: "user_count")
      expect(JSON.parse(reply.body)).to eq("channels" => { "presence-hall" => { "user_count" => 2 } })
    end

    it "refuse user_count without the prefix" do
      expect(get("/channels", info: "user_count")).to have_attributes(status: 400, body: /set filter_by_prefix/)
    end

    it "describe a channel" do
      reply = get("/channels/presence-hall", info: "user_count,subscription_count")
      expect(JSON.parse(reply.body)).to eq("occupied" => true, "user_count" => 2, "subscription_count" => 3)
      expect(JSON.parse(get("/channels/nowhere").body)).to eq("occupied" => false)
    end

    it "name the users of a presence channel" do
      expect(JSON.parse(get("/channels/presence-hall/users").body)).to eq("users" => [{ "id" => "7" }, { "id" => "8" }])
      expect(get("/channels/lobby/users")).to have_attributes(status: 400, body: /presence channels only/)
    end
  end

  it "accepts the termination of a user's connections" do
    expect(post("/users/7/terminate_connections", {}).body).to eq("{}")
  end

  it "replies to any other path with 404" do
    expect(get("/nothing")).to have_attributes(status: 404, body: %r{no GET /apps/3/nothing})
  end
end
