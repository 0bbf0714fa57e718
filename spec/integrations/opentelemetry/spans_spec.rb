# frozen_string_literal: true

require_relative "support/opentelemetry_helper"
require_relative "../../support/runtime/fibers"
require "eventmachine"

# With a recorder in the place of the library (support/recorder.rb).
RSpec.describe "OpenTelemetry" do
  include Fibers

  let(:client) { Pusher::Client.from_url(endpoint.url) }
  let(:app) { "/apps/#{client.app_id}" }

  it "has a client span for an event, with the attributes for HTTP and messaging" do
    client.trigger("my-channel", "greet", { text: "the data" })
    span = spans.first
    expect(span).to have_attributes(name: "trigger", kind: :client, links: [], status: nil, exceptions: [])
    expect(span.attributes).to eq(
      "http.request.method" => "POST", "server.address" => "127.0.0.1", "server.port" => endpoint.port,
      "url.full" => "http://127.0.0.1:#{endpoint.port}#{app}/events", "url.path" => "#{app}/events",
      "network.protocol.version" => "1.1", "http.response.status_code" => 200,
      "messaging.system" => "pusher", "messaging.operation.name" => "trigger", "messaging.operation.type" => "send",
      "messaging.destination.name" => "my-channel",
      "messaging.pusher.channels" => ["my-channel"], "messaging.pusher.event_names" => ["greet"]
    )
  end

  it "has no destination for several channels, and the number of messages for a batch" do
    client.trigger(%w[a b], "x", "")
    client.trigger_batch([{ channel: "a", name: "x", data: "" }, { channel: "a", name: "y", data: "" }])
    single, batch = spans
    expect(single.attributes).to include("messaging.pusher.channels" => %w[a b])
    expect(single.attributes.keys).not_to include("messaging.destination.name", "messaging.batch.message_count")
    expect(batch.name).to eq("trigger_batch")
    expect(batch.attributes).to include("messaging.batch.message_count" => 2, "messaging.destination.name" => "a",
                                        "messaging.operation.name" => "trigger_batch")
  end

  it "has only the attributes for HTTP for a query, without its parameters" do
    client.channels(filter_by_prefix: "the-query")
    span = spans.first
    expect(span.name).to eq("GET")
    expect(span.attributes.keys.grep(/messaging/)).to be_empty
    expect(span.attributes.values.join(" ")).not_to match(/the-query|auth_|\?/)
  end

  it "has no data, no query and no secret" do
    client.encryption_master_key_base64 = ["k" * 32].pack("m0")
    client.trigger("a", "b", "the data", { socket_id: "1234.5678" })
    client.trigger("private-encrypted-a", "b", "the data")
    seen = spans.map { |span| [span.name, span.attributes, span.links] }.inspect
    expect(seen).not_to match(/the data|auth_|1234|#{client.secret}/)
  end

  it "sends the context of the span to the server" do
    tracer.in_span("outer") do |outer|
      client.trigger("a", "b", "c")
      span = spans.first
      expect(traceparent(endpoint.requests.last)).to eq([span.context.trace_id, span.context.span_id])
      expect(span.parent).to eq(outer.context)
    end
  end

  it "has an error for a refusal, and the type of a failure" do
    endpoint.reply_with(status: 403)
    expect { client.trigger("a", "b", "c") }.to raise_error(Pusher::Error)
    client.port = closed_port
    expect { client.trigger("a", "b", "c") }.to raise_error(Pusher::HTTPError)
    refused, failed = spans

    expect(refused.attributes).to include("http.response.status_code" => 403, "error.type" => "403")
    expect(refused).to have_attributes(status: have_attributes(code: :error, description: ""), exceptions: [])
    expect(failed.attributes).to include("error.type" => "Errno::ECONNREFUSED")
    expect(failed.attributes).not_to have_key("http.response.status_code")
    expect(failed.exceptions.map { |error, _| error.class }).to eq([Errno::ECONNREFUSED])
  end

  it "has a span for each attempt, each with a separate context and the number of earlier attempts" do
    client.use(->(_request, &sending) { Array.new(2) { sending.call }.last })
    client.channels
    first, second = spans
    expect(first.attributes).not_to have_key("http.request.resend_count")
    expect(second.attributes).to include("http.request.resend_count" => 1)
    expect(endpoint.requests.map { |request| traceparent(request).last })
      .to eq([first, second].map { |span| span.context.span_id })
  end

  it "counts a request that the transport has sent again" do
    client.channels
    endpoint.drop
    client.channels
    expect(spans.last.attributes).to include("http.request.resend_count" => 1)
  end

  describe "links" do
    def parent(number) = "00-#{number.to_s.rjust(32, "0")}-#{number.to_s.rjust(16, "0")}-01"

    it "to the contexts that the events of a batch carry" do
      client.trigger_batch([
                             { channel: "a", name: "x", data: { traceparent: parent(1), text: "the data" } },
                             { channel: "a", name: "x", data: { text: "none" } },
                             { channel: "a", name: "x", data: JSON.generate(traceparent: parent(2)) },
                             { channel: "a", name: "x", data: "no JSON \"traceparent\"" },
                             { channel: "a", name: "x", data: { traceparent: 5 } },
                             { channel: "a", name: "x", data: { traceparent: "nonsense" } }
                           ])
      span = spans.first
      expect(span.links.map { |link| link.span_context.span_id.to_i }).to eq([1, 2])
      expect(span.links.inspect).not_to include("the data")
    end

    it "to the context of a single event" do
      client.trigger("a", "x", { "traceparent" => parent(7) })
      expect(spans.first.links.map { |link| link.span_context.span_id.to_i }).to eq([7])
    end
  end

  describe "has the context of the caller of a background request" do
    def expect_child_of(outer)
      span = spans.last
      expect(span.parent).to eq(outer.context)
      expect(traceparent(endpoint.requests.last)).to eq([outer.context.trace_id, span.context.span_id])
    end

    it "on a thread of the pool" do
      tracer.in_span("outer") { |outer| client.trigger_async("a", "b", "c").pop && expect_child_of(outer) }
    end

    Fibers::KINDS.each do |name, fibers|
      it "in a fiber of #{name}" do
        job = lambda do
          tracer.in_span("outer") { |outer| client.trigger_async("a", "b", "c").pop && outer }
        end
        expect_child_of(bounded { fibers.run([job]) }.first)
      end
    end

    it "on the reactor of EventMachine, from its thread and from another one" do
      outers = []
      publish = lambda do |name, &done|
        tracer.in_span(name) do |outer|
          outers << outer
          client.trigger_async("a", name, "c").callback(&done).errback { |error| raise error }
        end
      end
      EventMachine.run do
        publish.call("reactor") { Thread.new { publish.call("thread") { EventMachine.stop } } }
      end
      expect(spans.map { |span| [span.attributes["messaging.pusher.event_names"], span.parent] })
        .to eq([[["reactor"], outers[0].context], [["thread"], outers[1].context]])
    end
  end

  it "gets one tracer from each provider, with the name and the version of the gem" do
    3.times { client.channels }
    expect(OpenTelemetry.tracer_provider.tracers).to eq([["pusher", Pusher::VERSION]])
  end

  it "creates no spans in a signal handler, because spans take locks" do
    client.channels
    spans
    done = Queue.new
    before = trap("USR1") { done << (client.trigger("a", "b", "c") rescue $!) } # rubocop:disable Style/RescueModifier, Style/SpecialGlobalVars
    Process.kill("USR1", Process.pid)
    expect(done.pop).to eq({})
    expect(spans).to be_empty
  ensure
    trap("USR1", before || "DEFAULT")
  end
end
