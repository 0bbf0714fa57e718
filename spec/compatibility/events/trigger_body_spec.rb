# frozen_string_literal: true

require "compatibility_helper"

RSpec.describe "The body of a trigger" do
  let(:client) { Pusher::Client.new(endpoint.client_options) }

  def sent(*arguments)
    endpoint.reply_with(body: "{}")
    client.trigger(*arguments)
    endpoint.requests.last.body
  end

  it "contains the name, the channels and the data" do
    expect(sent("news", "event", "data")).to eq('{"name":"event","channels":["news"],"data":"data"}')
  end

  it "contains the data as a String, even if it is JSON" do
    expect(sent("news", "event", { a: 1 })).to eq('{"name":"event","channels":["news"],"data":"{\"a\":1}"}')
  end

  it "begins with the additional parameters" do
    expect(sent("news", "event", "data", { socket_id: "1.1", info: "user_count" }))
      .to eq('{"socket_id":"1.1","info":"user_count","name":"event","channels":["news"],"data":"data"}')
  end

  it "has the arguments of trigger instead of parameters with the same name" do
    expect(sent("news", "event", "data", { data: "x", socket_id: "1.1", name: "y" }))
      .to eq('{"data":"data","socket_id":"1.1","name":"event","channels":["news"]}')
  end

  it "has null for a socket_id of nil" do
    expect(sent("news", "event", "data", { socket_id: nil }))
      .to eq('{"socket_id":null,"name":"event","channels":["news"],"data":"data"}')
  end

  it "has the socket_id unchecked" do
    expect(sent("news", "event", "data", { socket_id: "no socket id" })).to include('"socket_id":"no socket id"')
  end

  { "a Symbol" => :news, "an Array of Symbols" => [:news], "an Array of Strings" => ["news"] }.each do |kind, channels|
    it "has an Array of Strings for #{kind}" do
      expect(JSON.parse(sent(channels, "event", "data"))["channels"]).to eq(["news"])
    end
  end

  it "has an Array of Strings for numbers" do
    expect(JSON.parse(sent([1, 2], "event", "data"))["channels"]).to eq(%w[1 2])
  end

  it "has an empty Array for no channels" do
    expect(sent(nil, "event", "data")).to eq('{"name":"event","channels":[],"data":"data"}')
  end

  { 7 => "7", nil => "null", :event => '"event"' }.each do |name, json|
    it "has the event name unchanged: #{name.inspect}" do
      expect(sent("news", name, "data")).to eq("{\"name\":#{json},\"channels\":[\"news\"],\"data\":\"data\"}")
    end
  end

  it "accepts parameters that respond to merge" do
    parameters = Class.new { def merge(other) = { socket_id: "1.1" }.merge(other) }.new
    expect(sent("news", "event", "data", parameters))
      .to eq('{"socket_id":"1.1","name":"event","channels":["news"],"data":"data"}')
  end

  it "does not modify the caller's parameters" do
    params = { socket_id: "1.1" }.freeze
    sent("news", "event", "data", params)
    expect(params).to eq({ socket_id: "1.1" })
  end

  it "has no duplicate keys if the parameters have String keys", :fix do
    expect(sent("news", "event", "data", { "name" => "x", "channels" => "y", "data" => "z", "info" => "i" })
      .scan(/"(\w+)":/).flatten).to match_array(%w[name channels data info])
    expect(JSON.parse(endpoint.requests.last.body))
      .to eq({ "name" => "event", "channels" => ["news"], "data" => "data", "info" => "i" })
  end

  it "has the socket_id of the Symbol key if there are two", :fix do
    expect(sent("news", "event", "data", { socket_id: "1.1", "socket_id" => "2.2" }).scan(/"socket_id":"(.*?)"/))
      .to eq([["1.1"]])
    expect(sent("news", "event", "data", { "socket_id" => "2.2", socket_id: "1.1" }).scan(/"socket_id":"(.*?)"/))
      .to eq([["1.1"]])
  end
end
