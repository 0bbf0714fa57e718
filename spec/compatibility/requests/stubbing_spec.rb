# frozen_string_literal: true

require "compatibility_helper"

# The gem calls its own public methods, so a stub of one of them changes the result of the others.
RSpec.describe "A stub of a public method is used by the others:" do
  let(:client) { Pusher::Client.new(endpoint.client_options) }

  it "trigger calls post" do
    expect(client).to receive(:post)
      .with("/events", { socket_id: "1.1", name: "event", channels: ["news"], data: '{"a":1}' }).and_return(:stubbed)
    expect(client.trigger("news", "event", { a: 1 }, { socket_id: "1.1" })).to eq(:stubbed)
  end

  it "trigger_batch calls post" do
    expect(client).to receive(:post)
      .with("/batch_events", { batch: [{ channel: "news", name: "event", data: '{"a":1}' }] }).and_return(:stubbed)
    expect(client.trigger_batch([{ channel: "news", name: "event", data: { a: 1 } }])).to eq(:stubbed)
  end

  { channels: [[{ info: "x" }], "/channels", { info: "x" }],
    channel_info: [["a", { info: "x" }], "/channels/a", { info: "x" }],
    channel_users: [["a", { page: 2 }], "/channels/a/users", { page: 2 }] }.each do |name, (arguments, path, params)|
    it "#{name} calls get" do
      expect(client).to receive(:get).with(path, params).and_return(:stubbed)
      expect(client.public_send(name, *arguments)).to eq(:stubbed)
    end

    it "#{name} calls get with an empty Hash by default" do
      expect(client).to receive(:get).with(path, {}).and_return(:stubbed)
      expect(client.public_send(name, *arguments[0...-1])).to eq(:stubbed)
    end
  end

  it "post calls resource" do
    resource = instance_double(Pusher::Resource)
    expect(client).to receive(:resource).with("/events").and_return(resource)
    expect(resource).to receive(:post).with({ a: 1 }).and_return(:stubbed)
    expect(client.post("/events", { a: 1 })).to eq(:stubbed)
  end

  it "get calls resource" do
    resource = instance_double(Pusher::Resource)
    expect(client).to receive(:resource).with("/channels").and_return(resource)
    expect(resource).to receive(:get).with({}).and_return(:stubbed)
    expect(client.get("/channels")).to eq(:stubbed)
  end

  it "a resource calls send_sync" do
    allow_any_instance_of(Pusher::Request).to receive(:send_sync).and_return(:stubbed)
    expect([client.post("/events", {}), client.get("/channels"), endpoint.requests]).to eq([:stubbed, :stubbed, []])
  end

  it "send_sync calls request of sync_http_client" do
    reply = Struct.new(:status, :code, :body).new(200, 200, '{"stubbed":true}')
    expect(client.sync_http_client).to receive(:request) do |verb, uri, _query, body, headers|
      expect(verb.to_s.downcase).to eq("post")
      expect(uri.to_s).to end_with("/apps/3/events")
      expect(body).to eq('{"a":1}')
      expect(headers).to include("Content-Type" => "application/json")
      reply
    end
    expect(client.post("/events", { a: 1 })).to eq({ stubbed: true })
  end
end
