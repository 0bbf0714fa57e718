# frozen_string_literal: true

# Creates an OpenTelemetry span for each request and prints it. Needs the gem opentelemetry-sdk.
#
#   PUSHER_URL=… ruby -I lib examples/opentelemetry.rb
require "pusher"
require "opentelemetry/sdk"
require "pusher/integrations/opentelemetry"
require "socket"

export = OpenTelemetry::SDK::Trace::Export
OpenTelemetry::SDK.configure do |config|
  config.service_name = "shop"
  config.add_span_processor(export::SimpleSpanProcessor.new(export::ConsoleSpanExporter.new))
end

# The spans of the requests are children of this one, also those of requests in the background.
OpenTelemetry.tracer_provider.tracer("shop").in_span("checkout") do
  Pusher.trigger("orders", "order-placed", { id: 7 })
  Pusher.trigger_async(%w[news sport], "headline", { title: "Hello" }).pop
end

Pusher.channels

def attempt
  yield
rescue Pusher::Error => e
  puts "It failed: #{e.message[/[^-]*\b/]}"
end

attempt { Pusher.trigger("news", "headline", "x" * 20_000) }

Pusher.port = TCPServer.open(0) { |server| server.local_address.ip_port } # nobody listens there now
attempt { Pusher.trigger("news", "headline", { title: "Nobody hears this" }) }
