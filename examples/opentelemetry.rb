# frozen_string_literal: true

# Creates an OpenTelemetry span for each request, with the semantic conventions for messaging and HTTP. This program
# runs without OpenTelemetry. The instrumenter accepts any tracer with the same interface; the one below prints its
# spans.
#
#   PUSHER_URL=… ruby -I lib examples/opentelemetry.rb
#
# In an application:
#
#   Pusher.instrumenter = SpanInstrumenter.new(
#     OpenTelemetry.tracer_provider.tracer("pusher", Pusher::VERSION),
#     error_status: OpenTelemetry::Trace::Status.method(:error)
#   )
require "pusher"
require "socket"

# Creates a span for each request.
class SpanInstrumenter
  # @param tracer [#in_span] yields a span that has `set_attribute` and `status=`
  # @param error_status [#call] returns the status of a span for a description
  def initialize(tracer, error_status:)
    @tracer = tracer
    @error_status = error_status
  end

  # The tracer itself records exceptions that are raised inside its span.
  def instrument(_name, payload)
    kind = payload[:channels].empty? ? :client : :producer
    @tracer.in_span(span_name(payload), attributes: request_attributes(payload), kind:) do |span|
      yield
    ensure
      reply_attributes(payload).each { |name, value| span.set_attribute(name, value) }
      span.status = @error_status.call("status #{payload[:status]}") if refused?(payload)
    end
  end

  private

  def span_name(payload)
    return "#{payload[:verb].upcase} #{payload[:path]}" if payload[:channels].empty?

    "trigger #{payload[:channels].join(",")}"
  end

  def request_attributes(payload)
    {
      "http.request.method" => payload[:verb].upcase.to_s,
      "http.request.body.size" => payload[:request_bytes],
      "url.path" => payload[:path],
      **messaging_attributes(payload)
    }
  end

  def messaging_attributes(payload)
    return {} if payload[:channels].empty?

    {
      "messaging.system" => "pusher",
      "messaging.operation.type" => "send",
      "messaging.operation.name" => "trigger",
      "messaging.destination.name" => payload[:channels].join(","),
      "pusher.event.name" => Array(payload[:event]).join(",")
    }
  end

  def reply_attributes(payload)
    {
      "http.response.status_code" => payload[:status],
      "http.response.body.size" => payload[:reply_bytes],
      "http.request.resend_count" => (payload[:attempts] - 1 if payload[:attempts].to_i > 1),
      "error.type" => error_type(payload)
    }.compact
  end

  def error_type(payload)
    payload[:error] ? payload[:error].class.name : (payload[:status].to_s if refused?(payload))
  end

  def refused?(payload)
    payload[:status].to_i >= 400
  end
end

# Prints its spans. Stands in for an OpenTelemetry tracer.
class PrintingTracer
  # One operation.
  Span = Struct.new(:name, :kind, :attributes, :status) do
    def set_attribute(name, value)
      attributes[name] = value
    end
  end

  def in_span(name, attributes: {}, kind: :internal)
    span = Span.new(name, kind, attributes.dup, "unset")
    yield span
  rescue StandardError => e
    span.status = "error (#{e.class})"
    raise
  ensure
    puts "#{span.kind} #{span.name}: #{span.status}"
    span.attributes.each { |attribute| puts "  #{attribute.join("=")}" }
  end
end

Pusher.instrumenter = SpanInstrumenter.new(PrintingTracer.new, error_status: ->(text) { "error (#{text})" })

Pusher.trigger(%w[news sport], "headline", { title: "Hello" })
Pusher.channels

def attempt
  yield
rescue Pusher::Error => e
  puts "It failed: #{e.message[/[^-]*\b/]}"
end

attempt { Pusher.trigger("news", "headline", "x" * 20_000) }

Pusher.port = TCPServer.open(0) { |server| server.local_address.ip_port } # nobody listens there now
attempt { Pusher.trigger("news", "headline", { title: "Nobody hears this" }) }
