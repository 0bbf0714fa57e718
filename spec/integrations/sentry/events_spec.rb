# frozen_string_literal: true

require_relative "support/sentry_helper"
require_relative "../../support/runtime/fibers"
require "eventmachine"

# With the real library.
RSpec.describe "Sentry" do
  include Fibers

  let(:client) { Pusher::Client.from_url(endpoint.url) }
  let(:app) { "http://127.0.0.1:#{endpoint.port}/apps/#{client.app_id}" }

  it "has a breadcrumb for each request" do
    client.trigger("my-channel", "greet", { text: "the data" })
    client.channels(filter_by_prefix: "the-query")
    expect(breadcrumbs).to eq(
      [{ category: "pusher", type: "http", level: "info",
         data: { method: "POST", url: "#{app}/events", status_code: 200,
                 channels: ["my-channel"], events: ["greet"] } },
       { category: "pusher", type: "http", level: "info",
         data: { method: "GET", url: "#{app}/channels", status_code: 200 } }]
    )
  end

  it "has the level and the reason of a failure" do
    [403, 500].each do |status|
      endpoint.reply_with(status:)
      expect { client.channels }.to raise_error(Pusher::Error)
    end
    client.port = closed_port
    expect { client.channels }.to raise_error(Pusher::HTTPError)
    expect(breadcrumbs.map { |crumb| [crumb[:level], crumb[:data].values_at(:status_code, :reason)] })
      .to eq([["warning", [403, nil]], ["error", [500, nil]], ["error", [nil, "Errno::ECONNREFUSED"]]])
  end

  it "has a span in a transaction, and the server gets its ids" do
    span, = spans_of { client.trigger("my-channel", "greet", "the data") }
    expect(span).to have_attributes(op: "http.client", description: "POST #{app}/events", status: "ok",
                                    timestamp: be_a(Float))
    expect(span.data).to include("http.request.method" => "POST", "url" => "#{app}/events",
                                 "server.port" => endpoint.port, "messaging.system" => "pusher",
                                 "messaging.destination.name" => "my-channel")
    expect(endpoint.requests.last["sentry-trace"]).to eq("#{span.trace_id}-#{span.span_id}-1")
  end

  it "has a finished span for a refusal and for a failure" do
    spans = spans_of do
      endpoint.reply_with(status: 403)
      expect { client.channels }.to raise_error(Pusher::Error)
      client.port = closed_port
      expect { client.channels }.to raise_error(Pusher::HTTPError)
    end
    expect(spans.map(&:status)).to eq(%w[permission_denied internal_error])
    expect(spans.map(&:timestamp)).to all(be_a(Float))
  end

  it "has no data, no query and no secret" do
    spans = spans_of do
      client.trigger("a", "b", "the data", { socket_id: "1234.5678" })
      client.channels(filter_by_prefix: "the-query")
    end
    seen = [spans.map { |span| [span.description, span.data, span.tags] }, breadcrumbs].inspect
    expect(seen).to include("/events")
    expect(seen).not_to match(/the data|the-query|auth_signature|1234\.5678|#{client.secret}/)
  end

  it "has no span in a transaction that is not sampled" do
    initialize_sentry(traces_sample_rate: 0.0)
    expect(spans_of { client.channels }).to be_empty
    expect(breadcrumbs.size).to eq(1)
  end

  it "adds no header fields if the application has switched that off" do
    initialize_sentry(propagate_traces: false)
    spans_of { client.channels }
    expect(endpoint.requests.last["sentry-trace"]).to be_nil
  end

  if Sentry::Configuration.method_defined?(:trace_propagation_targets)
    it "adds header fields only for the configured targets" do
      initialize_sentry(trace_propagation_targets: ["example.com", /other/])
      spans_of { client.channels }
      initialize_sentry(trace_propagation_targets: [/127\.0/])
      spans_of { client.channels }
      expect(endpoint.requests.map { |request| request["sentry-trace"].nil? }).to eq([true, false])
    end
  end

  describe "has the scope and the span of the caller of a background request" do
    def expect_breadcrumb_and(span)
      expect(breadcrumbs.size).to eq(1)
      expect(endpoint.requests.last["sentry-trace"]).to eq("#{span.trace_id}-#{span.span_id}-1")
    end

    it "on a thread of the pool" do
      span, = spans_of { client.trigger_async("a", "b", "c").pop }
      expect_breadcrumb_and(span)
    end

    Fibers::KINDS.each do |name, fibers|
      it "in a fiber of #{name}" do
        # Not in another thread: that would have a hub of its own.
        span, = spans_of { fibers.run([-> { client.trigger_async("a", "b", "c").pop }]) }
        expect_breadcrumb_and(span)
      end
    end

    it "on the reactor of EventMachine" do
      span, = spans_of do
        EventMachine.run do
          client.trigger_async("a", "b", "c").callback { EventMachine.stop }.errback { |error| raise error }
        end
      end
      expect_breadcrumb_and(span)
    end
  end

  it "sends requests if Sentry is not initialized" do
    allow(Sentry).to receive(:initialized?).and_return(false)
    expect(client.trigger("a", "b", "c")).to eq({})
    expect(client.trigger_async("a", "b", "c").pop.status).to eq(200)
    expect(endpoint.requests.size).to eq(2)
  end
end
