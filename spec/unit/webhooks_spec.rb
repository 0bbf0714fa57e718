# frozen_string_literal: true

require "spec_helper"
require "pusher/webhooks"
require "pusher/testing"
require_relative "support/endpoint_requests"

RSpec.describe Pusher::Webhooks do
  include EndpointRequests

  let(:client) { Pusher::Client.new(key: "key", secret: "secret", encryption_master_key_base64: master_key) }
  let(:master_key) { ["k" * 32].pack("m0") }
  let(:log) { StringIO.new }
  let(:seen) { [] }

  before { Pusher.logger = Logger.new(log) }

  def endpoint(client = self.client, **options, &block)
    described_class.new(client, **options, &block)
  end

  # An endpoint that records the events.
  def recorder(client = self.client, **options)
    seen = self.seen
    endpoint(client, **options) { any { |event| seen << event } }
  end

  def deliver(app, *events, signed_by: client, **changes)
    hook = Pusher::Testing.webhook_request(events, client: signed_by)
    serve(app, hook.env("/hooks").merge(changes.transform_keys(&:to_s)))
  end

  # A webhook with this body, and a valid signature.
  def deliver_body(app, body, **changes)
    signature = OpenSSL::HMAC.hexdigest("SHA256", "secret", body)
    serve(app, env_for(body, type: "application/json", HTTP_X_PUSHER_KEY: "key", HTTP_X_PUSHER_SIGNATURE: signature,
                             **changes))
  end

  def event(name, channel = "presence-room", **more)
    { name:, channel:, **more }.transform_keys(&:to_s)
  end

  describe "the handlers" do
    it "get the event and the webhook" do
      app = endpoint { on("member_added") { |event, webhook| $stdout << [event, webhook.key, webhook.events.size] } }
      added = event("member_added", user_id: "1")
      expect { deliver(app, added) }.to output([added, "key", 1].inspect).to_stdout
    end

    it "are called for each event in order, each in the order of definition" do
      seen = self.seen
      app = endpoint do
        any { |event| seen << [:any, event["name"]] }
        on("member_added") { seen << :first }
        on("member_removed") { seen << :removed }
        on(:member_added) { seen << :second }
      end
      reply = deliver(app, event("member_added"), event("member_removed"), event("new_event"))
      expect(reply).to have_attributes(status: 200, json: {})
      expect(seen).to eq([[:any, "member_added"], :first, :second, [:any, "member_removed"], :removed,
                          [:any, "new_event"]])
    end

    it "can be restricted to channels" do
      seen = self.seen
      app = endpoint do
        on("member_added", channel: "presence-room") { seen << :exact }
        on("member_added", channel: "presence-:id") { |_, _, id:| seen << id }
        on("member_added", channel: /oom(?<more>.*)/) { |_, _, more:| seen << [more] }
        any(channel: /other/) { seen << :other }
      end
      deliver(app, event("member_added"))
      expect(seen).to eq([:exact, "room", [""]])
      deliver(app, event("member_added", "presence-room2"), event("member_added", "presence-a-b"))
      expect(seen.drop(3)).to eq(["room2", ["2"]])
      reply = deliver(app, { "name" => "member_added" }, { "name" => "member_added", "channel" => ["presence-room"] })
      expect(reply.status).to eq(200)
      expect(seen.size).to eq(5)
    end

    it "are optional" do
      expect(deliver(endpoint, event("member_added")).status).to eq(200)
      expect(deliver(recorder)).to have_attributes(status: 200)
      expect(seen).to be_empty
    end

    it "can be defined for every event that the service sends" do
      names = %w[channel_occupied channel_vacated member_added member_removed client_event cache_miss
                 subscription_count]
      expect(described_class::EVENTS).to eq(names)
      app = endpoint
      seen = self.seen
      names.each { |name| app.on(name) { |event| seen << event["name"] } }
      deliver(app, *names.map { |name| event(name) })
      expect(seen).to eq(names)
    end

    it "of an unknown event raise an error, unless forced" do
      expect do
        endpoint do
          on("member_add") do
            nil
          end
        end
      end.to raise_error(ArgumentError, /"member_add".*member_added.*force/)
      seen = self.seen
      app = endpoint { on("member_waved", force: true) { seen << :waved } }
      deliver(app, event("member_waved"))
      expect(seen).to eq([:waved])
    end

    it "without a block, or with an ambiguous channel, raise an error" do
      expect { endpoint.on("member_added") }.to raise_error(ArgumentError, /block/)
      expect { endpoint.any }.to raise_error(ArgumentError, /block/)
      expect { endpoint.any(channel: ":a:b") { nil } }.to raise_error(ArgumentError, /hyphen/)
    end

    it "can be defined on the endpoint that a block with a parameter gets" do
      outer = self
      app = endpoint { |hooks| hooks.any { |event| outer.seen << [event["name"], equal?(outer)] } }
      deliver(app, event("member_added"))
      expect(seen).to eq([["member_added", true]])
    end
  end

  describe "a handler that raises an error" do
    def failing(**options)
      seen = self.seen
      endpoint(**options) do
        on("member_added") { raise IOError, "no database" }
        any { |event| seen << event["name"] }
      end
    end

    it "causes status 500, so that the service sends the webhook again" do
      reply = deliver(failing, event("member_removed"), event("member_added"), event("member_removed"))
      expect(reply).to have_attributes(status: 500, json: { "error" => "a handler failed" })
      expect(seen).to eq(["member_removed"])
    end

    it "is logged" do
      deliver(failing, event("member_added"))
      expect(log.string).to match(/ERROR.*A handler of webhooks failed: no database \(IOError\)/)
      expect(log.string).to match(/DEBUG.*webhooks_spec/)
    end

    it "raises its error with raise_errors" do
      expect { deliver(failing(raise_errors: true), event("member_added")) }.to raise_error(IOError, "no database")
      expect(log.string).to be_empty
    end

    it "is not rescued from exits and interrupts" do
      app = endpoint { any { raise Interrupt } }
      expect { deliver(app, event("member_added")) }.to raise_error(Interrupt)
    end
  end

  describe "the signature" do
    def expect_refusal(reply)
      expect(reply).to have_attributes(status: 401, json: { "error" => "invalid signature" })
      expect(seen).to be_empty
    end

    it "must be valid" do
      expect_refusal(deliver(recorder, event("member_added"), HTTP_X_PUSHER_SIGNATURE: "0" * 64))
      expect_refusal(deliver(recorder, event("member_added"), HTTP_X_PUSHER_SIGNATURE: ""))
      expect_refusal(deliver(recorder, event("member_added"), HTTP_X_PUSHER_KEY: "other"))
    end

    it "must be that of the body" do
      hook = Pusher::Testing.webhook_request(event("member_added", user_id: "ann"), client:)
      forged = hook.body.sub("ann", "eve")
      expect_refusal(serve(recorder, hook.env.merge("rack.input" => StringIO.new(forged.b))))
    end

    it "must be present" do
      expect_refusal(serve(recorder, env_for("{}", type: "application/json")))
    end

    it "is checked before the body is parsed" do
      expect_refusal(serve(recorder, env_for("not JSON", type: "text/plain")))
    end

    it "can be of an additional token" do
      other = Pusher::Client.new(key: "old", secret: "previous")
      tokens = { key: "old", secret: "previous" }
      expect(deliver(recorder(extra_tokens: tokens), event("member_added"), signed_by: other).status).to eq(200)
      expect(deliver(recorder(extra_tokens: [tokens]), event("member_added"), signed_by: other).status).to eq(200)
      seen.clear
      expect_refusal(deliver(recorder, event("member_added"), signed_by: other))
    end
  end

  describe "the client" do
    it "is the module by default" do
      Pusher.key = "key"
      Pusher.secret = "secret"
      seen = self.seen
      app = described_class.new { any { |event| seen << event } }
      expect(deliver(app, event("member_added")).status).to eq(200)
    end

    it "can be chosen for each request" do
      clients = %w[a b].to_h { |key| [key, Pusher::Client.new(key:, secret: "secret of #{key}")] }
      app = recorder(->(request) { clients[request.env["HTTP_X_PUSHER_KEY"]] })
      statuses = clients.values.map { |one| deliver(app, event("member_added"), signed_by: one).status }
      expect(statuses).to eq([200, 200])
      expect(deliver(app, event("member_added")).status).to eq(401)
    end

    it "is not shown by inspect" do
      expect(recorder.inspect).to eq("#<Pusher::Webhooks>")
    end
  end

  describe "the body" do
    ["", "{", "[", "nul", "\xFF", "{\"events\":[}"].each do |body|
      it "is refused if it is #{body.dump}" do
        expect(deliver_body(recorder, body)).to have_attributes(status: 400, error: "the body is not JSON")
      end
    end

    ["[]", "7", "null", "{}", "{\"events\":null}", "{\"events\":{}}", "{\"events\":[7]}", "{\"events\":[{},null]}"]
      .each do |body|
      it "is refused if it is #{body}" do
        expect(deliver_body(recorder, body)).to have_attributes(status: 400, error: /list of events/)
        expect(seen).to be_empty
      end
    end

    it "may have a charset in its type" do
      type = "Application/JSON; charset=utf-8"
      expect(deliver(recorder, event("member_added", "presence-ü"), CONTENT_TYPE: type).status).to eq(200)
      expect(seen).to eq([event("member_added", "presence-ü")])
    end

    ["text/plain", "application/x-www-form-urlencoded", "", "application/jsonp"].each do |type|
      it "is refused if its type is #{type.inspect}" do
        reply = deliver(recorder, event("member_added"), CONTENT_TYPE: type)
        expect(reply).to have_attributes(status: 400, error: /content type/)
        expect(seen).to be_empty
      end
    end

    it "is refused without a type" do
      hook = Pusher::Testing.webhook_request(event("member_added"), client:)
      expect(serve(recorder, hook.env.except("CONTENT_TYPE")).status).to eq(400)
    end

    it "is refused above 1 MiB, or above max_bytes" do
      body = JSON.generate(time_ms: 1, events: [], padding: "")
      full = body.sub('""', "\"#{"x" * (1_048_576 - body.bytesize)}\"")
      expect(deliver_body(recorder, full).status).to eq(200)
      expect(deliver_body(recorder, "#{full} ")).to have_attributes(status: 413, error: /1048576 bytes/)
      expect(deliver_body(recorder(max_bytes: 20), full).status).to eq(413)
    end

    it "is read from an input that cannot be rewound, and can be read again" do
      hook = Pusher::Testing.webhook_request(event("member_added"), client:)
      env = hook.env.merge("rack.input" => streamed(hook.body))
      expect(recorder.call(env).first).to eq(200)
      expect(env["rack.input"].read).to eq(hook.body)
    end

    it "is read from its beginning, and rewound" do
      env = Pusher::Testing.webhook_request(event("member_added"), client:).env
      env["rack.input"].read
      2.times { expect(recorder.call(env).first).to eq(200) }
    end
  end

  it "accepts only POST" do
    %w[GET PUT HEAD].each do |method|
      reply = deliver(recorder, event("member_added"), REQUEST_METHOD: method)
      expect(reply).to have_attributes(status: 405, headers: include("allow" => "POST"))
    end
    expect(seen).to be_empty
  end

  it "serves a request in a controller" do
    request = Rack::Request.new(Pusher::Testing.webhook_request(event("member_added"), client:).env)
    expect(recorder.call_for(request)).to have_attributes(status: 200, body: "{}")
    expect(seen).to eq([event("member_added")])
  end

  it "passes decrypted client events" do
    sealed = Pusher.const_get(:Internal)::Native.seal("private-encrypted-a", "k" * 32, "{\"x\":1}")
    deliver(recorder, event("client_event", "private-encrypted-a", data: sealed))
    expect(seen).to eq([event("client_event", "private-encrypted-a", data: "{\"x\":1}", decrypted: true)])
  end

  it "has the documented methods and no others" do
    expect(described_class.public_instance_methods - Object.public_instance_methods)
      .to match_array(%i[on any call call_for])
  end
end
