# frozen_string_literal: true

require "compatibility_helper"

RSpec.describe "The data of an event" do
  let(:client) { Pusher::Client.new(endpoint.client_options) }

  def sent(data)
    client.trigger("news", "event", data)
    endpoint.events.last.data
  end

  ["text", "", "7", '{"a":1}', "ü 日本語 😀", "line\nline", "\"quoted\" \\ </tag>", "a\u2028b", "\u0001"].each do |text|
    it "is sent unchanged if it is a String: #{text.inspect}" do
      expect(sent(text)).to eq(text)
    end
  end

  { { a: 1 } => '{"a":1}', { "a" => { b: [] } } => '{"a":{"b":[]}}', [1, "2", nil] => '[1,"2",null]', 7 => "7",
    1.5 => "1.5", true => "true", false => "false", nil => "null", :symbol => '"symbol"' }.each do |data, json|
    it "is sent as JSON otherwise: #{data.inspect}" do
      expect(sent(data)).to eq(json)
    end
  end

  it "is encoded by the application's engine, which gets only this object" do
    data = { a: 1 }
    stub_json_engine(data, '{"a" : "as the engine likes"}')
    expect(sent(data)).to eq('{"a" : "as the engine likes"}')
  end

  it "is encoded by the application's engine in a batch, too" do
    data = { a: 1 }
    stub_json_engine(data, '{"a" : "as the engine likes"}')
    client.trigger_batch([{ channel: "news", name: "event", data: }])
    expect(endpoint.events.last.data).to eq('{"a" : "as the engine likes"}')
  end

  it "is the result of an object's to_json" do
    object = Class.new { def to_json(*) = '"itself"' }.new
    expect(sent({ object: })).to eq(json_of({ object: }))
  end

  it "is sent as UTF-8 if it is binary and valid UTF-8", :fix do
    expect(sent("日本語".b)).to eq("日本語")
  end

  { "NaN" => { a: Float::NAN }, "invalid UTF-8" => "caf\xE9" }.each do |name, data|
    it "cannot be #{name}: a Pusher::Error is raised before anything is sent", :fix do
      expect { client.trigger("news", "event", data) }.to raise_error(Pusher::Error)
      expect { client.trigger_batch([{ channel: "news", name: "event", data: }]) }.to raise_error(Pusher::Error)
      expect(endpoint.requests).to be_empty
    end
  end

  it "is not modified" do
    data = { a: { "b" => ["c".dup] } }
    expect { sent(data) }.not_to(change(data, :inspect))
  end
end
