# frozen_string_literal: true

require_relative "support/datadog_helper"
require_relative "../../support/runtime/fibers"
require "eventmachine"

# With a recorder in the place of the library (support/recorder.rb).
RSpec.describe "Datadog" do
  include Fibers

  let(:client) { Pusher::Client.from_url(endpoint.url) }
  let(:app) { "/apps/#{client.app_id}" }
  let(:tracing) { Datadog::Tracing }

  def ids(request) = [request["x-datadog-trace-id"], request["x-datadog-parent-id"]].map { |id| Integer(id) }

  it "has a span for an event" do
    client.trigger("my-channel", "greet", { text: "the data" })
    span = spans.first
    expect(span).to have_attributes(name: "pusher.request", resource: "trigger", type: "http", status: 0, error: nil)
    expect(span.tags).to eq(
      "component" => "pusher", "operation" => "trigger", "span.kind" => "client", "http.method" => "POST",
      "http.url" => "http://127.0.0.1:#{endpoint.port}#{app}/events", "http.status_code" => "200",
      "out.host" => "127.0.0.1", "peer.hostname" => "127.0.0.1", "network.destination.port" => endpoint.port.to_s,
      "messaging.system" => "pusher", "messaging.destination.name" => "my-channel", "pusher.event_names" => "greet"
    )
  end

  it "has a span for a query, without its parameters" do
    client.channels(filter_by_prefix: "the-query")
    span = spans.first
    expect(span.resource).to eq("GET #{app}/channels")
    expect(span.tags.inspect).not_to match(/messaging|the-query|auth_|\?/)
  end

  it "has no data, no query and no secret" do
    client.trigger("a", "b", "the data", { socket_id: "1234.5678" })
    expect(spans.map { |span| [span.resource, span.tags] }.inspect).not_to match(/the data|auth_|1234|#{client.secret}/)
  end

  it "sends the ids of the span to the server" do
    tracing.trace("outer") do |outer, trace|
      client.trigger("a", "b", "c")
      span = spans.first
      expect(span.parent_id).to eq(outer.id)
      expect(ids(endpoint.requests.last)).to eq([trace.id, span.id])
    end
  end

  it "has an error for a refusal and for a failure" do
    endpoint.reply_with(status: 403)
    expect { client.trigger("a", "b", "c") }.to raise_error(Pusher::Error)
    client.port = closed_port
    expect { client.trigger("a", "b", "c") }.to raise_error(Pusher::HTTPError)
    refused, failed = spans
    expect(refused).to have_attributes(status: 1, error: nil, tags: a_hash_including("error.type" => "403"))
    expect(failed).to have_attributes(status: 1, error: be_a(Errno::ECONNREFUSED))
  end

  it "counts earlier attempts" do
    client.use(->(_request, &sending) { Array.new(2) { sending.call }.last })
    client.channels
    expect(spans.map { |span| span.tags["http.request.resend_count"] }).to eq([nil, "1"])
  end

  describe "continues the trace of the caller of a background request" do
    # Within a trace.
    def publish(name = "outer")
      tracing.trace(name) { |outer, trace| [yield, [trace.id, outer.id]] }
    end

    def expect_continued(trace_id, outer_id)
      span = spans.find { |one| one.name == "pusher.request" }
      expect(span.parent_id).to eq(outer_id)
      expect(ids(endpoint.requests.last)).to eq([trace_id, span.id])
    end

    it "on a thread of the pool" do
      _, outer = publish { client.trigger_async("a", "b", "c").pop }
      expect_continued(*outer)
    end

    Fibers::KINDS.each do |name, fibers|
      it "in a fiber of #{name}" do
        _, outer = bounded { fibers.run([-> { publish { client.trigger_async("a", "b", "c").pop } }]) }.first
        expect_continued(*outer)
      end
    end

    it "on the reactor of EventMachine" do
      outer = nil
      EventMachine.run do
        deferrable, outer = publish { client.trigger_async("a", "b", "c") }
        deferrable.callback { EventMachine.stop }
        deferrable.errback { |error| raise error }
      end
      expect_continued(*outer)
    end
  end

  it "sends requests while it is disabled, or not configured" do
    tracing.enabled = false
    expect(client.trigger("a", "b", "c")).to eq({})
    tracing.enabled = nil
    tracing.configured = false
    Pusher.logger = Logger.new(log = StringIO.new)
    expect(client.trigger("a", "b", "c")).to eq({})
    expect(endpoint.requests.map { |request| request["x-datadog-trace-id"] }).to eq([nil, nil])
    expect(log.string).to match(/DEBUG .*Datadog adds no header fields to requests: Please invoke Datadog\.configure/)
  end

  it "injects with version 1, in which the module has another name" do
    propagation = Module.new do
      def self.inject!(digest, env) = env["x-datadog-trace-id"] = digest.trace_id.to_s
    end
    hide_const("Datadog::Tracing::Contrib::HTTP")
    stub_const("Datadog::Tracing::Propagation::HTTP", propagation)
    client.channels
    expect(endpoint.requests.last["x-datadog-trace-id"]).to match(/\A\d+\z/)
  end
end
