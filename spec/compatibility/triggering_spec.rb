# frozen_string_literal: true

require "spec_helper"

# Chapter 4: publishing an event.
RSpec.describe "Triggering events" do
  let(:client) { Pusher::Client.new(endpoint.client_options) }

  def event
    endpoint.events.last
  end

  it "publishes to a channel" do
    expect(client.trigger("news", "headline", { title: "Hello" })).to eq({})
    expect(event).to have_attributes(name: "headline", channels: ["news"], data: '{"title":"Hello"}', socket_id: nil)
  end

  it "publishes to many channels at once" do
    client.trigger(%w[news sports private-room], "headline", { title: "Hello" })
    expect(event.channels).to eq(%w[news sports private-room])
    expect(endpoint.requests.length).to eq(1)
  end

  it "publishes data of any kind as JSON, and a String as it is" do
    { { a: [1, nil, true] } => '{"a":[1,null,true]}', [1, 2] => "[1,2]", 7 => "7", nil => "null", "text" => "text" }
      .each do |data, sent|
      client.trigger("news", "headline", data)
      expect(event.data).to eq(sent)
    end
  end

  it "publishes every language" do
    client.trigger("news", "überschrift", { "τίτλος" => "日本語 😀" })
    expect(event).to have_attributes(name: "überschrift", data: '{"τίτλος":"日本語 😀"}')
  end

  it "takes data without braces" do
    client.trigger("news", "headline", title: "Hello", "count" => 2)
    expect(event.data).to eq('{"title":"Hello","count":2}')
  end

  it "leaves out the one who caused the event" do
    client.trigger("news", "headline", { title: "Hello" }, { socket_id: "123.456" })
    expect(event.socket_id).to eq("123.456")
  end

  it "delivers to everybody but the one left out" do
    listeners = %w[1.1 2.2].map { |socket_id| endpoint.subscribe("news", socket_id:) }
    client.trigger("news", "headline", "data", { socket_id: "1.1" })
    client.trigger("news", "farewell", "data")
    expect(listeners.map { |listener| listener.messages.map(&:name) }).to eq([["farewell"], %w[headline farewell]])
  end

  it "asks for facts about the channels along the way" do
    reply = client.trigger(%w[presence-a presence-b], "headline", "data", { info: "subscription_count,user_count" })
    expect(reply).to eq({ channels: { "presence-a" => { "subscription_count" => 0, "user_count" => 0 },
                                      "presence-b" => { "subscription_count" => 0, "user_count" => 0 } } })
  end

  it "gives true for a reply without content" do
    endpoint.reply_with(status: 202)
    expect(client.trigger("news", "headline", "data")).to be(true)
  end

  it "refuses more than a hundred channels" do
    expect { client.trigger(["news"] * 101, "headline", "data") }
      .to raise_error(Pusher::Error, "Too many channels (101), max 100")
    expect(endpoint.requests).to be_empty
  end

  it "goes over the wire as documented" do
    client.trigger("news", "headline", { title: "Hello" })
    request = endpoint.requests.first
    expect(request).to have_attributes(verb: "POST", path: "/apps/3/events")
    expect(request["Content-Type"]).to eq("application/json")
    expect(request["X-Pusher-Library"]).to eq("pusher-http-ruby #{Pusher::VERSION}")
    expect(request["User-Agent"]).not_to be_empty
    expect(request["Accept"]).to eq("*/*")
    expect(request["Host"]).to eq("127.0.0.1:#{endpoint.port}")
    expect(request.body).to eq('{"name":"headline","channels":["news"],"data":"{\"title\":\"Hello\"}"}')
    expect(request.params).to include("auth_version" => "1.0", "auth_key" => client.key,
                                      "body_md5" => Digest::MD5.hexdigest(request.body))
  end

  it "keeps its connection", :socket do
    5.times { |number| client.trigger("news", "headline", number) }
    expect(endpoint.requests.map(&:connection)).to eq([1] * 5)
  end

  it "can be done by hand, with post" do
    expect(client.post("/events", { name: "headline", channels: ["news"], data: "text" })).to eq({})
    expect(event.data).to eq("text")
  end

  it "can be done over TLS", :socket do
    server = start_endpoint(tls: certificates.good)
    client = Pusher::Client.new(server.client_options)
    client.sync_http_client.ssl_config.add_trust_ca(certificates.pem_file)
    client.trigger("news", "headline", "data")
    expect(server.events.length).to eq(1)
  end

  it "can be done over TLS with nothing verified, where one insists", :socket do
    server = start_endpoint(tls: certificates.unknown_authority)
    client = Pusher::Client.new(server.client_options)
    expect { client.trigger("news", "headline", "data") }.to raise_error(Pusher::HTTPError)
    client.sync_http_client.ssl_config.verify_mode = OpenSSL::SSL::VERIFY_NONE
    client.trigger("news", "headline", "data")
    expect(server.events.length).to eq(1)
  end
end
