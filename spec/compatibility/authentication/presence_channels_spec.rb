# frozen_string_literal: true

require "compatibility_helper"

RSpec.describe "Authentication for a presence channel" do
  let(:client) { Pusher::Client.new(endpoint.client_options) }

  def signed(json)
    { auth: "#{client.key}:#{OpenSSL::HMAC.hexdigest("SHA256", client.secret, "123.456:presence-room:#{json}")}",
      channel_data: json }
  end

  it "signs the channel data, and returns exactly the JSON that it signed" do
    expect(client.authenticate("presence-room", "123.456", { user_id: "7", user_info: { name: "Ünal" } }))
      .to eq(signed('{"user_id":"7","user_info":{"name":"Ünal"}}'))
  end

  it "has the published signature" do
    auth = client.authenticate("presence-foobar", "1234.1234", { user_id: "10", user_info: { name: "Mr. Pusher" } })
    expect(auth[:auth])
      .to eq("278d425bdf160c739803:48dac51d2d7569e1e9c0f48c227d4b26f238fa68e5c0bb04222c966909c4f7c4")
  end

  it "lets the member subscribe" do
    auth = client.authenticate("presence-room", "123.456", { user_id: "7", user_info: { name: "Ünal" } })
    expect(endpoint.subscribe("presence-room", socket_id: "123.456", auth:).member)
      .to have_attributes(user_id: "7", user_info: { "name" => "Ünal" })
  end

  it "accepts the data without braces" do
    expect(client.authenticate("presence-room", "123.456", user_id: "7")).to eq(signed('{"user_id":"7"}'))
  end

  it "is the same from the channel object" do
    expect(client["presence-room"].authenticate("123.456", { user_id: "7" })).to eq(signed('{"user_id":"7"}'))
  end

  { "a String" => ["text", '"text"'], "a number" => [7, "7"], "an Array" => [[1], "[1]"], "true" => [true, "true"] }
    .each do |kind, (data, json)|
    it "encodes #{kind} as JSON" do
      expect(client.authenticate("presence-room", "123.456", data)).to eq(signed(json))
    end
  end

  it "has no channel data without custom data" do
    expect(client.authenticate("presence-room", "123.456", nil).keys).to eq([:auth])
  end

  it "refuses false" do
    expect { client.authenticate("presence-room", "123.456", false) }
      .to raise_error(Pusher::Error, "Custom argument must be a string")
  end

  it "uses the application's JSON engine, which gets only this object" do
    data = { user_id: "7" }
    stub_json_engine(data, '{"engine" : true}')
    expect(client.authenticate("presence-room", "123.456", data)).to eq(signed('{"engine" : true}'))
  end

  it "does not modify the data" do
    data = { user_id: "7", user_info: { name: "x" } }.freeze
    client.authenticate("presence-room", "123.456", data)
    expect(data).to eq({ user_id: "7", user_info: { name: "x" } })
  end

  it "refuses data that cannot be encoded as JSON", :fix do
    expect { client.authenticate("presence-room", "123.456", { user_id: Float::NAN }) }.to raise_error(Pusher::Error)
  end
end
