# frozen_string_literal: true

require "spec_helper"
require_relative "support/http_stub"
require_relative "support/signatures"

RSpec.describe Pusher::Request do
  include HttpStub

  let(:client) { build_client }

  it "has the documented methods and no others" do
    expect(Signatures.own_methods(described_class)).to match_array(%i[body params send_sync send_async])
  end

  it ".new takes (client, verb, uri, params, body = nil)" do
    list = "client, verb, uri, params, body = nil"
    expect(described_class.instance_method(:initialize).parameters).to eq(Signatures.parameters(list))
  end

  it "can be created and sent without the client's methods" do
    calls = stub_http(client, body: '{"ok":1}')
    request = described_class.new(client, :post, client.url("/x"), { "Q" => "v" }, '{"b":2}')
    expect(request.body).to eq('{"b":2}')
    expect(request.params.transform_keys(&:to_s))
      .to include("q" => "v", "body_md5" => Digest::MD5.hexdigest('{"b":2}'), "auth_key" => client.key,
                  "auth_version" => "1.0", "auth_signature" => /\A\h{64}\z/, "auth_timestamp" => /\A\d+\z/)
    expect(request.send_sync).to eq({ ok: 1 })
    expect(calls.first).to have_attributes(verb: :post, path: "/apps/20/x", body: '{"b":2}')
  end

  it "does not modify the caller's parameters" do
    params = { "Q" => "v", auth_key: "mine" }.freeze
    described_class.new(client, :post, client.url("/x"), params, "{}").params
    expect(params).to eq({ "Q" => "v", auth_key: "mine" })
  end

  it "signs a parameter whose name only begins with auth" do
    params = described_class.new(client, :get, client.url("/x"), { author: "me", auth_key: "mine" }).params
    expect(params).to include("author" => "me", auth_key: client.key)
    expect(params).not_to have_key("auth_key")
  end

  it "signs its parameters once" do
    request = described_class.new(client, :get, client.url("/x"), {})
    first = request.params
    allow(Time).to receive(:now).and_return(Time.at(1))
    expect(request.params).to equal(first)
  end

  it "refuses parameters that are no Hash and a uri without a path" do
    expect { described_class.new(client, :get, client.url("/x"), nil) }.to raise_error(ArgumentError, "Expected hash")
    expect { described_class.new(client, :get, URI("mailto:a@b.test"), {}) }
      .to raise_error(ArgumentError, "Expected string")
  end

  it "shows no query when it is inspected" do
    request = described_class.new(client, :get, URI("http://one.test/x?auth_key=k"), {})
    expect(request.inspect).to eq("#<Pusher::Request get /x>")
  end

  describe "stubs" do
    it "of send_sync determine the result" do
      allow_any_instance_of(described_class).to receive(:send_sync).and_raise(Pusher::HTTPError, "down")
      expect { client.trigger("news", "event", "data") }.to raise_error(Pusher::HTTPError, "down")
    end

    it "of send_async determine the result" do
      allow_any_instance_of(described_class).to receive(:send_async).and_return(:sending)
      expect([client.trigger_async("news", "event", "data"), client.get_async("/x")]).to eq(%i[sending sending])
    end
  end

  describe "what it sends" do
    let(:reply) { double("reply", status: 200, body: "{}", headers: {}) }

    it "is a URI and the signed parameters if request of the http client is stubbed" do
      seen = nil
      allow(client.sync_http_client).to receive(:request) { |*arguments| (seen = arguments) && reply }
      client.trigger("news", "event", "data")
      expect(seen).to match([:post, be_a(URI::Generic), be_a(Hash), String, Hash])
      expect([seen[1].path, seen[2]["body_md5"]]).to eq(["/apps/20/events", Digest::MD5.hexdigest(seen[3])])
    end

    it "is a URI and the signed parameters for a stand-in for the http client" do
      other = double("http client")
      allow_any_instance_of(Pusher::Client).to receive(:sync_http_client).and_return(other)
      expect(other).to receive(:request).with(:get, be_a(URI::Generic), Hash, nil, Hash).and_return(reply)
      expect(client.get("/channels")).to eq({})
    end

    it "is the same for request_async, whose result is returned" do
      calls = []
      allow(client.sync_http_client).to receive(:request_async) { |*arguments|
        calls << arguments.values_at(0, 3, 4)
        :sending
      }
      expect([client.post_async("/x", { a: 1 }), client.resource("/x").post_async({ a: 1 })]).to eq(%i[sending sending])
      expect(calls).to eq([[:post, '{"a":1}', described_class::JSON_HEADERS]] * 2)
    end

    it "is a copy of the body for request_async" do
      kept = nil
      allow(client.sync_http_client).to receive(:request_async) { |*arguments| kept = arguments[3] }
      body = +"{}"
      described_class.new(client, :post, client.url("/x"), {}, body).send_async
      body << "changed"
      expect(kept).to eq("{}")
    end

    it "has the parameters of get_async" do
      query = nil
      allow(client.sync_http_client).to receive(:request_async) { |_, _, params, *| query = params }
      client.get_async("/x", { q: "v" })
      expect(query).to include("q" => "v")
    end

    it "is signed with a timestamp in whole seconds, rounded down" do
      now = Process.clock_gettime(Process::CLOCK_REALTIME, :second)
      allow(Time).to receive(:now).and_return(Time.at(now, 999_999))
      Pusher::Client.new(endpoint.client_options).channels
      calls = stub_http(client)
      client.channels
      expect([endpoint.requests.last, calls.last].map { |sent| sent.params["auth_timestamp"] }).to eq([now.to_s] * 2)
    end

    it "is the published POST, from the event to the signature" do
      allow(Time).to receive(:now).and_return(Time.at(1_353_088_179))
      client = Pusher::Client.new(app_id: "3", key: "278d425bdf160c739803", secret: "7ad3773142a6692b25b8")
      calls = stub_http(client)
      client.trigger("project-3", "foo", { some: "data" })
      expect(calls.first.body).to eq('{"name":"foo","channels":["project-3"],"data":"{\"some\":\"data\"}"}')
      expect(calls.first.params).to eq(
        "auth_key" => "278d425bdf160c739803", "auth_timestamp" => "1353088179", "auth_version" => "1.0",
        "body_md5" => "ec365a775a4cd0599faeb73354201b6f",
        "auth_signature" => "da454824c97ba181a32ccc17a72625ba02771f50b50e1e7430e47a1f3f457e6c"
      )
    end

    it "is the published GET with a query" do
      allow(Time).to receive(:now).and_return(Time.at(1_427_034_994))
      client = Pusher::Client.new(app_id: "102015", key: "d41a439c438a100756f5", secret: "4bf35003e819bb138249")
      calls = stub_http(client)
      client.channels(filter_by_prefix: "presence-", info: "user_count")
      expect(calls.first.params["auth_signature"])
        .to eq("4d8a02edcc8a758b0162cd6da690a9a45fb8ae326a276dca1e06a0bc42796c11")
    end
  end

  # Some applications send requests themselves, and let the library interpret the reply.
  it "interprets a reply that another library received" do
    request = described_class.new(client, :post, client.url("/x"), {}, "{}")
    expect(request.send(:handle_response, 200, '{"a":{"b":1}}')).to eq(a: { "b" => 1 })
    expect(["", nil].map { |body| request.send(:handle_response, 202, body) }).to eq([true, true])
    expect { request.send(:handle_response, 404, "") }.to raise_error(Pusher::Error, "404 Not found (/apps/20/x)")
    expect { request.send(:handle_response, 401, "no\n") }.to raise_error(Pusher::AuthenticationError, "no")
  end

  it "has its header fields in @head, to which a subclass can add" do
    calls = stub_http(client)
    tracing = Class.new(described_class) do
      def send_sync
        @head["X-Trace"] = "1"
        super
      end
    end
    tracing.new(client, :get, client.url("/x"), {}).send_sync
    client.resource("/x").get({})
    expect(calls.map { |call| call.headers["X-Trace"] }).to eq(["1", nil])
  end
end
