# frozen_string_literal: true

require "spec_helper"
require_relative "../support/http_stub"

RSpec.describe Pusher::Client, "requests" do
  include HttpStub

  let(:client) { build_client }

  calls = {
    "trigger" => ->(client) { client.trigger("news", "event", "data") },
    "trigger_batch" => ->(client) { client.trigger_batch([{ channel: "news", name: "event", data: "data" }]) },
    "get" => ->(client) { client.get("/x") },
    "post" => ->(client) { client.post("/x", { a: 1 }) },
    "channels" => :channels.to_proc,
    "channel_info" => ->(client) { client.channel_info("news") },
    "channel_users" => ->(client) { client.channel_users("presence-a") },
    "Channel#trigger!" => ->(client) { client["news"].trigger!("event", "data") },
    "Channel#info" => ->(client) { client["news"].info },
    "Channel#users" => ->(client) { client["presence-a"].users }
  }.freeze

  def missing(name)
    raise_error(an_instance_of(Pusher::ConfigurationError)
      .and(have_attributes(message: "missing key `#{name}' in the client configuration")))
  end

  calls.each do |name, call|
    describe name do
      it "names a missing app_id, then a missing key, then a missing secret, and sends nothing" do
        client = described_class.new
        sent = stub_http(client)
        %i[app_id key secret].each do |credential|
          expect { call.call(client) }.to missing(credential)
          client.public_send(:"#{credential}=", "value")
        end
        expect(sent).to be_empty
      end

      it "raises a TypeError for a secret that is not a String, and sends nothing" do
        sent = stub_http(client)
        [:secret, 123, ["secret"]].each do |secret|
          client.secret = secret
          expect { call.call(client) }.to raise_error(TypeError)
        end
        expect(sent).to be_empty
      end
    end
  end

  it "pass through Resource.new, with the client and the path" do
    expect(Pusher::Resource).to receive(:new).with(client, "/events").and_return(double(post: :answer))
    expect(client.trigger("news", "event", "data")).to eq(:answer)
  end

  it "return what a stub of Resource returns" do
    allow_any_instance_of(Pusher::Resource).to receive_messages(post: :posted, get: :got)
    expect([client.trigger("news", "event", "data"), client.channels]).to eq(%i[posted got])
  end

  it "in the background return what a stub of Resource returns" do
    allow_any_instance_of(Pusher::Resource).to receive(:post_async).with({ a: 1 }).and_return(:posting)
    allow_any_instance_of(Pusher::Resource).to receive(:get_async).with({ b: 2 }).and_return(:getting)
    expect([client.post_async("/x", { a: 1 }), client.get_async("/x", { b: 2 })]).to eq(%i[posting getting])
  end

  it "go to the url that Client#url returns" do
    sent = stub_http(client)
    allow(client).to receive(:url).with("/events").and_return(URI("http://example.test:8080/apps/9/events"))
    client.trigger("news", "event", "data")
    expect(sent.first.uri.to_s).to start_with("http://example.test:8080/apps/9/events")
    expect(sent.first).to be_signed_with(client.secret)
  end

  it "are signed with the token of authentication_token" do
    sent = stub_http(client)
    allow(client).to receive(:authentication_token).and_return(Pusher::Signature::Token.new("k2", "s2"))
    client.trigger("news", "event", "data")
    expect(sent.first.params["auth_key"]).to eq("k2")
    expect(sent.first).to be_signed_with("s2")
  end

  describe "sync_http_client" do
    it "stays the same object when a setting changes" do
      http = client.sync_http_client
      client.timeout = 1
      expect(client.sync_http_client).to equal(http)
    end

    it "is the same for two threads that use it first at the same time" do
      meanwhile = nil
      makers = 0
      allow(Pusher.const_get(:Internal)::HTTP::Client).to receive(:new).and_wrap_original do |original|
        makers += 1
        meanwhile = Thread.new { client.sync_http_client }.value if makers == 1
        original.call
      end
      expect(client.sync_http_client).to equal(meanwhile)
    end

    it "can be stubbed before and after first use" do
      first = stub_http(client)
      client.trigger("news", "event", "data")
      second = stub_http(client, body: '{"second":true}')
      expect(client.trigger("news", "event", "data")).to eq({ second: true })
      expect([first.length, second.length]).to eq([1, 1])
    end

    it "can be replaced" do
      http = double("http client", request: HttpStub::Reply.new(202, "", {}))
      allow(client).to receive(:sync_http_client).and_return(http)
      expect(client.trigger("news", "event", "data")).to be(true)
    end
  end
end
