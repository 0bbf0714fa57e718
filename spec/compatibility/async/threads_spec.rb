# frozen_string_literal: true

require "compatibility_helper"
require "socket"
require "timeout"

RSpec.describe "An asynchronous request", :socket do
  let(:client) { Pusher::Client.new(endpoint.client_options) }

  calls = {
    trigger_async: [["news", "event", { a: 1 }], "POST /apps/3/events"],
    trigger_batch_async: [[[{ channel: "news", name: "event", data: "1" }]], "POST /apps/3/batch_events"],
    get_async: [["/channels"], "GET /apps/3/channels"],
    post_async: [["/events", { name: "event", channels: ["news"], data: "1" }], "POST /apps/3/events"]
  }

  calls.each do |name, (arguments, arrives)|
    it "is sent by #{name}" do
      expect(client.public_send(name, *arguments).pop.status).to eq(200)
      expect(endpoint.requests.map { |request| "#{request.verb} #{request.path}" }).to eq([arrives])
      expect(endpoint.refusals).to be_empty
    end
  end

  it "is sent by a channel" do
    expect(client["news"].trigger_async("event", { a: 1 }, "1.1").pop.status).to eq(200)
    expect(endpoint.events.first).to have_attributes(data: '{"a":1}', socket_id: "1.1")
  end

  it "is sent by a resource" do
    expect(Pusher::Resource.new(client, "/channels").get_async({}).pop.status).to eq(200)
    expect(Pusher::Resource.new(client, "/batch_events").post_async({ batch: [] }).pop.status).to eq(400)
  end

  it "is sent by Request#send_async" do
    expect(Pusher::Request.new(client, :get, client.url("/channels"), {}).send_async.pop.status).to eq(200)
  end

  it "returns at once" do
    endpoint.hold
    request = client.trigger_async("news", "event", "data")
    expect(request.finished?).to be_falsy
    endpoint.release
    expect(request.pop.status).to eq(200)
  end

  it "is finished after join" do
    request = client.trigger_async("news", "event", "data")
    request.join
    expect(request.finished?).to be_truthy
    expect(endpoint.events.size).to eq(1)
  end

  it "has a thread" do
    request = client.trigger_async("news", "event", "data")
    expect(request).to respond_to(:async_thread)
    request.pop
  end

  describe "returns or raises in pop" do
    it "a reply with status and its alias code" do
      expect(client.trigger_async("news", "event", "data").pop).to have_attributes(status: 200, code: 200)
    end

    it "a reply with a readable body" do
      endpoint.reply_with(body: '{"a":1}')
      expect(client.trigger_async("news", "event", "data").pop.body.read).to eq('{"a":1}')
    end

    it "a reply with headers" do
      expect(client.trigger_async("news", "event", "data").pop.headers).to include("Content-Type" => "application/json")
    end

    [400, 401, 404, 500].each do |status|
      it "a reply without an error for the status #{status}" do
        endpoint.reply_with(status:, body: "text")
        reply = client.trigger_async("news", "event", "data").pop
        expect([reply.status, reply.body.read]).to eq([status, "text"])
      end
    end

    it "the unwrapped error of a refused connection" do
      client.port = closed_port
      expect { client.trigger_async("news", "event", "data").pop }.to raise_error(Errno::ECONNREFUSED)
    end

    it "the unwrapped error of a timeout", :fix do
      client.timeout = 60
      client.receive_timeout = 0.1
      endpoint.hang(times: nil)
      expect { Timeout.timeout(30, Class.new(StandardError)) { client.trigger_async("news", "event", "data").pop } }
        .to raise_error(Timeout::Error)
    end
  end

  describe "raises at once for" do
    it "missing credentials" do
      client.secret = nil
      expect { client.trigger_async("news", "event", "data") }.to raise_error(Pusher::ConfigurationError)
    end

    it "too many channels" do
      expect { client.trigger_async(["news"] * 101, "event", "data") }
        .to raise_error(Pusher::Error, "Too many channels (101), max 100")
    end

    it "an encrypted channel among others" do
      client.encryption_master_key = "k" * 32
      expect { client.trigger_async(%w[private-encrypted-a news], "event", "data") }
        .to raise_error(Pusher::Error, "Cannot trigger to multiple channels if any are encrypted")
    end

    it "an invalid socket id" do
      expect { client["news"].trigger_async("event", "data", "nonsense") }
        .to raise_error(Pusher::Error, /\AInvalid socket ID/)
    end
  end

  it "can be one of many" do
    requests = Array.new(20) { |number| client.trigger_async("news", "event #{number}", "data") }
    expect(requests.map { |request| request.pop.status }).to all(eq(200))
    expect(endpoint.events.map(&:name)).to match_array(Array.new(20) { |number| "event #{number}" })
  end

  it "is sent with the credentials and the arguments at the time of the call", :fix do
    endpoint.hold
    data = { a: "1".dup }
    requests = Array.new(20) { client.trigger_async("news", "event", data) }
    data[:a] << "2"
    client.secret = "changed"
    endpoint.release
    expect(requests.map { |request| request.pop.status }).to all(eq(200))
    expect(endpoint.events.map(&:data)).to all(eq('{"a":"1"}'))
  end
end
