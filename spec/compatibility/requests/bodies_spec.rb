# frozen_string_literal: true

require "compatibility_helper"

RSpec.describe "The body of a post" do
  let(:client) { Pusher::Client.new(endpoint.client_options) }

  def sent(*arguments)
    endpoint.reply_with(body: "{}")
    client.post("/anything", *arguments)
    expect(endpoint.refusals).to be_empty
    endpoint.requests.last.body.force_encoding(Encoding::UTF_8)
  end

  it "is an empty object by default" do
    expect(sent).to eq("{}")
  end

  {
    { a: 1 } => '{"a":1}', { "a" => :b } => '{"a":"b"}',
    { a: [1, 1.5, nil, true, false] } => '{"a":[1,1.5,null,true,false]}',
    { a: { b: { "c" => [] } } } => '{"a":{"b":{"c":[]}}}', { text: "ü😀 \"\\\n" } => '{"text":"ü😀 \"\\\\\n"}',
    { 1 => 2 } => '{"1":2}', {} => "{}", { z: 1, a: 2 } => '{"z":1,"a":2}'
  }.each do |params, json|
    it "is the JSON of #{params.inspect}" do
      expect(sent(params)).to eq(json)
    end
  end

  it "is encoded by the application's JSON engine for other objects" do
    object = Struct.new(:a).new(1)
    params = { object: }
    stub_json_engine(params, '{"object" : "as the engine likes"}')
    expect(sent(params)).to eq('{"object" : "as the engine likes"}')
  end

  it "is equal to the output of the application's JSON engine for plain values" do
    params = { s: "</script>", i: -1, f: 1.0e20, n: nil, a: [[], {}], "k" => :v, big: 2**70 }
    expect(sent(params)).to eq(json_of(params))
  end

  it "does not modify the caller's Hash" do
    params = { a: { b: [1] } }
    expect { sent(params) }.not_to(change(params, :inspect))
  end

  { "NaN" => Float::NAN, "invalid UTF-8" => "\xFF" }.each do |name, value|
    it "cannot contain #{name}: a Pusher::Error is raised before anything is sent", :fix do
      expect { client.post("/events", { a: value }) }.to raise_error(Pusher::Error)
      expect(endpoint.requests).to be_empty
    end

    it "cannot contain #{name}: the cause is the engine's error", :fix do
      expect { client.post("/events", { a: value }) }
        .to raise_error(Pusher::Error) { |error| expect(error.cause).to be_a(StandardError) }
    end

    it "cannot contain #{name}: this is checked before the credentials", :fix do
      expect { Pusher::Client.new.post("/events", { a: value }) }.to raise_error(an_instance_of(Pusher::Error))
    end
  end

  it "raises a Pusher::Error whose cause is the engine's error", :fix do
    object = Class.new { def to_json(*) = raise(ArgumentError, "not me") }.new
    expect { client.post("/events", { object: }) }.to raise_error(Pusher::Error) { |error|
      expect(error.cause).to be_a(ArgumentError).and have_attributes(message: "not me")
    }
  end
end
