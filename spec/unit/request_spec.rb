# frozen_string_literal: true

require "spec_helper"
require_relative "support/fresh_process"
require_relative "support/http_stub"
require_relative "support/signature_twin"

# trigger -> post -> resource(path).post -> Request#send_sync -> sync_http_client.request.
# An application may put its own code at any step.
RSpec.describe "The call chain" do
  include HttpStub

  let(:client) { build_client }

  describe "post and get" do
    it "trigger posts its event, its parameters before its arguments" do
      expect(client).to receive(:post)
        .with("/events", { socket_id: "1.1", name: "event", channels: %w[a b], data: '{"a":1}' }).and_return(:answer)
      expect(client.trigger(%w[a b], "event", { a: 1 }, { socket_id: "1.1" })).to eq(:answer)
    end

    it "trigger_batch posts its events" do
      expect(client).to receive(:post)
        .with("/batch_events", { batch: [{ channel: "a", name: "event", data: '{"a":1}' },
                                         { channel: "b", name: "event", data: "x" }] }).and_return(:answer)
      expect(client.trigger_batch({ channel: "a", name: "event", data: { a: 1 } },
                                  { channel: "b", name: "event", data: "x" })).to eq(:answer)
    end

    it "channels gets, with its parameters as a Hash, empty ones included" do
      expect(client).to receive(:get).with("/channels", { filter_by_prefix: "presence-" }).and_return(:filtered)
      expect(client).to receive(:get).with("/channels", {}).and_return(:all)
      expect(client.channels({ filter_by_prefix: "presence-" })).to eq(:filtered)
      expect(client.channels).to eq(:all)
    end

    it "channel_info gets" do
      expect(client).to receive(:get).with("/channels/news", { info: "user_count" }).and_return(:facts)
      expect(client).to receive(:get).with("/channels/news", {}).and_return(:none)
      expect(client.channel_info("news", info: "user_count")).to eq(:facts)
      expect(client.channel_info("news")).to eq(:none)
    end

    it "channel_users gets" do
      expect(client).to receive(:get).with("/channels/presence-a/users", {}).and_return({ users: [] })
      expect(client.channel_users("presence-a")).to eq({ users: [] })
    end

    it "channel objects go the same way" do
      expect(client).to receive(:get).with("/channels/news", { info: "" }).and_return(:facts)
      expect(client).to receive(:get).with("/channels/news/users", {}).and_return({ users: [1] })
      expect(client.channel("news").info).to eq(:facts)
      expect(client.channel("news").users).to eq([1])
    end
  end

  describe "resource" do
    it "is asked by post, which hands its parameters on" do
      resource = double("resource")
      expect(client).to receive(:resource).with("/x").and_return(resource)
      expect(resource).to receive(:post).with({ a: 1 }).and_return(:answer)
      expect(client.post("/x", { a: 1 })).to eq(:answer)
    end

    it "is asked by get, which hands its parameters on" do
      resource = double("resource")
      expect(client).to receive(:resource).with("/x").and_return(resource)
      expect(resource).to receive(:get).with({}).and_return(:answer)
      expect(client.get("/x")).to eq(:answer)
    end

    it "is asked by trigger" do
      expect(client).to receive(:resource).with("/events").and_return(double(post: :answer))
      expect(client.trigger("news", "event", "data")).to eq(:answer)
    end

    it "makes a Resource" do
      expect(client.resource("/x")).to be_instance_of(Pusher::Resource)
    end
  end

  describe "Resource" do
    it ".new is called with the client and the path" do
      expect(Pusher::Resource).to receive(:new).with(client, "/events").and_return(double(post: :answer))
      expect(client.trigger("news", "event", "data")).to eq(:answer)
    end

    it "#post may be stubbed on any instance" do
      allow_any_instance_of(Pusher::Resource).to receive(:post).and_return(:answer)
      expect(client.trigger("news", "event", "data")).to eq(:answer)
    end

    it "#get may be stubbed on any instance" do
      allow_any_instance_of(Pusher::Resource).to receive(:get).and_return(:answer)
      expect(client.channels).to eq(:answer)
    end

    it "works by itself" do
      calls = stub_http(client, body: '{"a":1}')
      resource = Pusher::Resource.new(client, "/x")
      expect(resource.get({ q: 1 })).to eq({ a: 1 })
      expect(resource.post({ b: 2 })).to eq({ a: 1 })
      expect(calls.map { |call| [call.verb, call.path, call.own_params, call.body] })
        .to eq([[:get, "/apps/20/x", { "q" => "1" }, nil], [:post, "/apps/20/x", {}, '{"b":2}']])
    end

    it "refuses a GET without a Hash" do
      calls = stub_http(client)
      expect { Pusher::Resource.new(client, "/x").get(nil) }.to raise_error(ArgumentError, "Expected hash")
      expect { client.get("/x", nil) }.to raise_error(ArgumentError, "Expected hash")
      expect(calls).to be_empty
    end
  end

  describe "Request" do
    it ".new is called with the client, the verb, the uri, the parameters and the body" do
      allow(Pusher::Request).to receive(:new).and_call_original
      stub_http(client)
      client.post("/x", { a: 1 })
      expect(Pusher::Request).to have_received(:new) do |*arguments|
        expect(arguments[0]).to equal(client)
        expect(arguments[1]).to eq(:post)
        expect(arguments[2]).to be_a(URI::Generic).and(satisfy { |uri| uri.path == "/apps/20/x" })
        expect(arguments[4]).to eq('{"a":1}')
      end
    end

    it ".new is called for a GET with its parameters and no body" do
      allow(Pusher::Request).to receive(:new).and_call_original
      stub_http(client)
      client.get("/x", { a: 1 })
      expect(Pusher::Request).to have_received(:new) do |*arguments|
        expect(arguments[1]).to eq(:get)
        expect(arguments[3]).to include(a: 1)
        expect(arguments[4]).to be_nil
      end
    end

    it "#send_sync may be stubbed on any instance, its answer is the caller's" do
      allow_any_instance_of(Pusher::Request).to receive(:send_sync).and_return({ stubbed: true })
      expect(client.trigger("news", "event", "data")).to eq({ stubbed: true })
      expect(client.channels).to eq({ stubbed: true })
    end

    it "#send_sync's errors are the caller's" do
      allow_any_instance_of(Pusher::Request).to receive(:send_sync).and_raise(Pusher::HTTPError, "down")
      expect { client.trigger("news", "event", "data") }.to raise_error(Pusher::HTTPError, "down")
    end

    it "#send_async may be stubbed on any instance, and so may the steps to it" do
      allow_any_instance_of(Pusher::Request).to receive(:send_async).and_return(:sending)
      expect([client.trigger_async("news", "event", "data"), client.get_async("/x")]).to eq(%i[sending sending])
      allow_any_instance_of(Pusher::Resource).to receive(:post_async).with({ a: 1 }).and_return(:posting)
      allow_any_instance_of(Pusher::Resource).to receive(:get_async).with({ b: 2 }).and_return(:getting)
      expect([client.post_async("/x", { a: 1 }), client.get_async("/x", { b: 2 })]).to eq(%i[posting getting])
    end

    %i[trigger_async trigger_batch_async].each do |name|
      it "has post_async called by #{name}" do
        expect(client).to receive(:post_async).with(String, Hash).and_return(:posting)
        arguments = name == :trigger_async ? %w[news event data] : [{ channel: "news", name: "event", data: "data" }]
        expect(client.public_send(name, *arguments)).to eq(:posting)
      end
    end

    let(:reply) { double("reply", status: 200, body: "{}", headers: {}) }

    it "has a stubbed request of the http client called as documented: a URI, and the parameters" do
      seen = nil
      allow(client.sync_http_client).to receive(:request) { |*arguments| (seen = arguments) && reply }
      client.trigger("news", "event", "data")
      expect(seen).to match([:post, be_a(URI::Generic), be_a(Hash), String, Hash])
      expect([seen[1].path, seen[2]["body_md5"]]).to eq(["/apps/20/events", Digest::MD5.hexdigest(seen[3])])
    end

    it "has a client of another library, in the place of ours, called in the same way" do
      other = double("http client")
      allow_any_instance_of(Pusher::Client).to receive(:sync_http_client).and_return(other)
      expect(other).to receive(:request).with(:get, be_a(URI::Generic), Hash, nil, Hash).and_return(reply)
      client.get("/channels")
    end

    it "has the http client's request_async called as request is, with the steps and without" do
      calls = []
      record = ->(*arguments) { calls << arguments.values_at(0, 3, 4) }
      allow(client.sync_http_client).to receive(:request_async, &record)
      client.post_async("/x", { a: 1 })
      client.resource("/x").post_async({ a: 1 })
      expect(calls).to eq([[:post, '{"a":1}', Pusher::Request::JSON_HEADERS]] * 2)
    end

    it "works by itself and shows its body and its signed parameters" do
      calls = stub_http(client, body: '{"ok":1}')
      request = Pusher::Request.new(client, :post, client.url("/x"), { "Q" => "v" }, '{"b":2}')
      expect(request.body).to eq('{"b":2}')
      expect(request.params.transform_keys(&:to_s))
        .to include("q" => "v", "body_md5" => Digest::MD5.hexdigest('{"b":2}'), "auth_key" => client.key,
                    "auth_version" => "1.0", "auth_signature" => /\A\h{64}\z/)
      expect(request.send_sync).to eq({ ok: 1 })
      expect(calls.first).to have_attributes(verb: :post, path: "/apps/20/x", body: '{"b":2}')
    end

    # Applications send requests in a way of their own, and have the library read the reply.
    it "reads a reply that another library got" do
      request = Pusher::Request.new(client, :post, client.url("/x"), {}, "{}")
      expect(request.send(:handle_response, 200, '{"a":{"b":1}}')).to eq(a: { "b" => 1 })
      expect(request.send(:handle_response, 202, "")).to be(true)
      expect { request.send(:handle_response, 404, "") }.to raise_error(Pusher::Error, "404 Not found (/apps/20/x)")
      expect { request.send(:handle_response, 401, "no\n") }.to raise_error(Pusher::AuthenticationError, "no")
    end

    it "has header fields of its own, to which an application may add" do
      calls = stub_http(client)
      tracing = Class.new(Pusher::Request) do
        def send_sync
          @head["X-Trace"] = "1"
          super
        end
      end
      tracing.new(client, :get, client.url("/x"), {}).send_sync
      client.resource("/x").get({})
      expect(calls.map { |call| call.headers["X-Trace"] }).to eq(["1", nil])
    end

    it "leaves the caller's parameters alone" do
      params = { "Q" => "v", auth_key: "mine" }.freeze
      Pusher::Request.new(client, :post, client.url("/x"), params, "{}")
      expect(params).to eq({ "Q" => "v", auth_key: "mine" })
    end
  end

  describe "sync_http_client" do
    it "is the same object every time" do
      http = client.sync_http_client
      stub_http(client)
      client.trigger("news", "event", "data")
      client.timeout = 1
      expect(client.sync_http_client).to equal(http)
    end

    it "is each client's own" do
      expect(build_client.sync_http_client).not_to equal(client.sync_http_client)
    end

    it "gets verb, uri, query, body and headers" do
      expect(client.sync_http_client).to receive(:request) do |*arguments|
        expect(arguments.length).to eq(5)
        call = HttpCall.new(*arguments)
        expect(call.verb).to eq(:post)
        expect([call.uri.scheme, call.uri.host, call.uri.port]).to eq(["https", "api-mt1.pusher.com", 443])
        expect(call.body).to eq('{"name":"event","channels":["news"],"data":"data"}')
        expect(call.headers).to include("Content-Type" => "application/json",
                                        "X-Pusher-Library" => "pusher-http-ruby #{Pusher::VERSION}")
        HttpStub::Reply.new(200, "{}", {})
      end
      expect(client.trigger("news", "event", "data")).to eq({})
    end

    it "gets no body and no Content-Type for a GET" do
      calls = stub_http(client)
      client.channels
      expect(calls.first.body).to be_nil
      expect(calls.first.headers.keys.map(&:downcase)).not_to include("content-type")
      expect(calls.first.params).not_to include("body_md5")
    end

    it "may be stubbed before and after a first use" do
      calls = stub_http(client)
      client.trigger("news", "event", "data")
      other = stub_http(client, body: '{"second":true}')
      expect(client.trigger("news", "event", "data")).to eq({ second: true })
      expect([calls.length, other.length]).to eq([1, 1])
    end

    it "may be replaced whole" do
      http = double("http client", request: HttpStub::Reply.new(202, "", {}))
      allow(client).to receive(:sync_http_client).and_return(http)
      expect(client.trigger("news", "event", "data")).to be(true)
    end
  end

  describe "the steps beside the chain" do
    it "url decides where a request goes" do
      calls = stub_http(client)
      allow(client).to receive(:url).with("/events").and_return(URI("http://example.test:8080/apps/9/events"))
      client.trigger("news", "event", "data")
      expect(calls.first.uri.to_s).to start_with("http://example.test:8080/apps/9/events")
      signed = calls.first.params
      expect(signed.delete("auth_signature"))
        .to eq(SignatureTwin.new(client.secret).sign(:post, "/apps/9/events", signed))
    end

    it "authentication_token decides who signs" do
      calls = stub_http(client)
      allow(client).to receive(:authentication_token).and_return(Pusher::Signature::Token.new("k2", "s2"))
      client.trigger("news", "event", "data")
      signed = calls.first.params
      expect(signed["auth_key"]).to eq("k2")
      expect(signed.delete("auth_signature")).to eq(SignatureTwin.new("s2").sign(:post, "/apps/20/events", signed))
      expect(client.authenticate("news", "1.1")[:auth]).to start_with("k2:")
    end

    it "authenticate goes by channel, Channel#authenticate and authentication_string" do
      allow_any_instance_of(Pusher::Channel).to receive(:authentication_string).and_return("stubbed")
      expect(client.authenticate("news", "1.1")).to eq({ auth: "stubbed" })
      expect(client).to receive(:channel).with("news").and_return(double(authenticate: :channel_answer))
      expect(client.authenticate("news", "1.1")).to eq(:channel_answer)
    end

    it "authenticate hands its arguments to the channel" do
      channel = double("channel")
      allow(client).to receive(:channel).and_return(channel)
      expect(channel).to receive(:authenticate).with("1.1", { user_id: "1" }).and_return(:answer)
      expect(client.authenticate("presence-a", "1.1", user_id: "1")).to eq(:answer)
    end

    it "channel, [] and webhook build the objects by their public constructors" do
      request = { key: "k", signature: "s", body: "{}" }
      expect(Pusher::WebHook).to receive(:new).with(request, client).and_return(:webhook)
      expect(client.webhook(request)).to eq(:webhook)
      expect(client.channel("news")).to be_instance_of(Pusher::Channel).and have_attributes(name: "news")
      expect(client["news"]).to be_instance_of(Pusher::Channel).and have_attributes(name: "news")
    end
  end

  # A class that was prepended to or reopened stays so for the rest of a process. So these run in one of their own,
  # each in a fork of it, once before the client's first request and once after it.
  describe "code put into the chain for good" do
    results = nil

    before { results ||= FreshProcess.run(File.expand_path("support/chain_interventions.rb", __dir__)) }

    ["Client#trigger prepended", "Client#post prepended", "Client#post reopened", "Client#resource prepended",
     "Client#resource reopened", "Client#url prepended", "Client#url reopened",
     "Client#authentication_token prepended", "Client#authentication_token reopened", "Resource.new prepended",
     "Request.new prepended", "Client#sync_http_client prepended", "Resource#initialize prepended",
     "Resource#post prepended", "Resource#post reopened", "Resource.new on the singleton",
     "Request#initialize prepended", "Request#send_sync prepended", "Request#send_sync reopened",
     "Request.new on the singleton", "singleton method resource", "singleton method post", "module extended",
     "subclass overriding resource", "http client's class prepended"].each do |intervention|
      it "#{intervention} takes part, before a first request and after one" do
        expect(results.fetch(intervention)).to eq("before" => "seen", "after" => "seen")
      end
    end

    it "leaves an untouched chain alone" do
      expect(results.fetch("nothing")).to eq("before" => "unseen", "after" => "unseen")
    end
  end
end
