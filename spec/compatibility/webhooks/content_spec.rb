# frozen_string_literal: true

require "compatibility_helper"

RSpec.describe "The content of a webhook" do
  let(:client) { Pusher::Client.new(endpoint.client_options) }

  def webhook(body, **more)
    client.webhook({ key: "key", signature: "signature", body: }.merge(more))
  end

  it "has events, which are Hashes with String keys" do
    expect(webhook('{"time_ms":1,"events":[{"name":"member_added","user_id":"7"},{"name":"ü"}]}').events)
      .to eq([{ "name" => "member_added", "user_id" => "7" }, { "name" => "ü" }])
  end

  it "can be without events" do
    expect(webhook('{"time_ms":1,"events":[]}').events).to eq([])
  end

  [1_327_078_148_132, 1_327_078_148_999, 0].each do |time_ms|
    it "has a time, which is Time.at(#{time_ms}.to_f / 1000)" do
      expect(webhook("{\"time_ms\":#{time_ms},\"events\":[]}").time).to eq(Time.at(time_ms.to_f / 1000))
    end
  end

  it "has the parsed body as data" do
    expect(webhook('{"time_ms":1,"events":[],"more":{"a":[null]}}').data)
      .to eq({ "time_ms" => 1, "events" => [], "more" => { "a" => [nil] } })
  end

  it "can be read without being valid" do
    expect(webhook('{"time_ms":1,"events":[]}').data).to eq({ "time_ms" => 1, "events" => [] })
  end

  ["text/plain", "application/x-www-form-urlencoded", "application/jsonx"].each do |type|
    it "is refused if its type is #{type}" do
      expect { webhook("{}", content_type: type).data }.to raise_error(RuntimeError, "Unknown Content-Type (#{type})")
      expect { webhook("{}", content_type: type).events }.to raise_error(RuntimeError, "Unknown Content-Type (#{type})")
    end
  end

  ["{broken", "no JSON"].each do |body|
    it "is refused if it is not JSON: #{body.inspect}" do
      expect { webhook(body).data }.to raise_error(json_parse_error)
    end
  end
end
