# frozen_string_literal: true

require "compatibility_helper"
require "timeout"

# EventMachine is loaded in a separate run: PUSHER_SPECS=eventmachine.
RSpec.describe "An asynchronous request while a reactor is running", :eventmachine do
  let(:client) { Pusher::Client.new(endpoint.client_options) }

  # The outcome of the deferrable that the block returns: :callback or :errback, the value, and the thread of the call.
  def outcome_of
    outcome = nil
    Timeout.timeout(30) do
      EM.run do
        deferrable = yield
        %i[callback errback].each do |kind|
          deferrable.public_send(kind) do |value|
            outcome = [kind, value, EM.reactor_thread?]
            EM.stop
          end
        end
      end
    end
    outcome
  end

  calls = {
    trigger_async: [["news", "event", { a: 1 }], "POST /apps/3/events", {}],
    trigger_batch_async: [[[{ channel: "news", name: "event", data: "1" }]], "POST /apps/3/batch_events", {}],
    get_async: [["/channels"], "GET /apps/3/channels", { channels: {} }],
    post_async: [["/events", { name: "event", channels: ["news"], data: "1" }], "POST /apps/3/events", {}]
  }

  calls.each do |name, (arguments, arrives, reply)|
    it "is a deferrable: #{name}" do
      expect(outcome_of { client.public_send(name, *arguments) }).to eq([:callback, reply, true])
      expect(endpoint.requests.map { |request| "#{request.verb} #{request.path}" }).to eq([arrives])
      expect(endpoint.refusals).to be_empty
    end
  end

  it "is an EM::DefaultDeferrable" do
    deferrable = nil
    outcome_of { deferrable = client["news"].trigger_async("event", "data") }
    expect(deferrable).to be_a(EM::DefaultDeferrable)
  end

  it "calls back with true for a 202 without a body" do
    endpoint.reply_with(status: 202)
    expect(outcome_of { client.trigger_async("news", "event", "data") }).to eq([:callback, true, true])
  end

  { 400 => "Bad request: no", 404 => "404 Not found (/apps/3/events)", 500 => "Unknown error (status code 500): no" }
    .each do |status, message|
    it "calls its errback with a Pusher::Error for the status #{status}" do
      endpoint.reply_with(status:, body: "no")
      kind, error, on_reactor = outcome_of { client.trigger_async("news", "event", "data") }
      expect([kind, error.class, error.message, on_reactor]).to eq([:errback, Pusher::Error, message, true])
    end
  end

  it "calls its errback with an AuthenticationError for the status 401" do
    endpoint.reply_with(status: 401, body: "who?")
    kind, error = outcome_of { client.trigger_async("news", "event", "data") }
    expect([kind, error]).to match([:errback, an_instance_of(Pusher::AuthenticationError)])
  end

  it "calls its errback with a plain Pusher::Error for a network failure, and logs the reason" do
    Pusher.logger = instance_double(Logger, debug: nil)
    client.host = "127.0.0.1"
    client.port = 1
    kind, error = outcome_of { client.trigger_async("news", "event", "data") }
    expect([kind, error.class]).to eq([:errback, Pusher::Error])
    expect(error.message).to match(/\ANetwork error connecting to pusher \(.+\)\z/)
    expect(Pusher.logger).to have_received(:debug).once
  end

  it "calls its errback with a Pusher::Error for an invalid reply", :fix do
    endpoint.reply_with(body: "no JSON")
    kind, error = outcome_of { client.trigger_async("news", "event", "data") }
    expect([kind, error]).to match([:errback, a_kind_of(Pusher::Error)])
  end

  it "passes an error that a callback raises to the errbacks", :fix do
    kind, error = outcome_of do
      client.trigger_async("news", "event", "data").callback { raise ArgumentError, "mine" }
    end
    expect([kind, error.message]).to eq([:errback, "mine"]).or eq([:callback, "mine"])
  end

  it "raises at once for missing credentials and invalid arguments" do
    Timeout.timeout(30) do
      EM.run do
        expect { Pusher::Client.new.trigger_async("news", "event", "data") }.to raise_error(Pusher::ConfigurationError)
        expect { client.trigger_async(["news"] * 101, "event", "data") }.to raise_error(Pusher::Error, /\AToo many/)
      ensure
        EM.stop
      end
    end
  end

  it "refuses a server of an unknown authority", :fix do
    server = start_endpoint(tls: certificates.unknown_authority)
    kind, error = outcome_of { Pusher::Client.new(server.client_options).trigger_async("news", "event", "data") }
    expect([kind, error, server.events]).to match([:errback, a_kind_of(Pusher::Error), []])
  end

  it "is sent by a thread after the reactor has stopped" do
    outcome_of { client.trigger_async("news", "event", "data") }
    expect(client.trigger_async("news", "event", "data").pop.status).to eq(200)
  end

  describe "em_http_client" do
    it "needs a running reactor" do
      expect { client.em_http_client(client.url("/events")) }
        .to raise_error(Pusher::Error, /\AIn order to use async calling/)
    end

    it "is an EM::HttpRequest", needs: "em-http-request" do
      require "em-http-request"
      Timeout.timeout(30) do
        EM.run do
          expect(client.em_http_client(client.url("/events"))).to be_a(EM::HttpConnection)
        ensure
          EM.stop
        end
      end
    end
  end

  describe "Pusher::Signature::Request#authenticate_async" do
    let(:token) { Pusher::Signature::Token.new("key", "secret") }

    it "is a deferrable as well" do
      signed = Pusher::Signature::Request.new("GET", "/", {})
      signed.sign(token)
      params = signed.signed_params.transform_keys(&:to_s)
      deferrable = Pusher::Signature::Request.new("GET", "/", params).authenticate_async { EM::DefaultDeferrable.new }
      expect(deferrable).to respond_to(:callback).and respond_to(:errback)
    end

    it "needs a block" do
      expect { Pusher::Signature::Request.new("GET", "/", {}).authenticate_async }
        .to raise_error(ArgumentError, "Block required")
    end
  end
end
