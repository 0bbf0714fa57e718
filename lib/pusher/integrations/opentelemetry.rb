# frozen_string_literal: true

require_relative "tracing"

module Pusher
  module Internal
    # A client span for each attempt to send a request, by the semantic conventions of OpenTelemetry for HTTP (stable)
    # and for messaging. `require "pusher/integrations/opentelemetry"` registers it.
    #
    # The span that sends an event is a client span, because its context is not part of the event. An event whose data
    # is a JSON object with a `traceparent` has another context, from the application: the span links to it.
    # @api private
    module OpenTelemetry
      class << self
        # @param request [HTTP::MiddlewareRequest]
        # @return [HTTP::Reply]
        def call(request)
          return yield unless Tracing.possible?

          events = request.__send__(:events)
          options = { attributes: attributes(request, events), links: links(events), kind: :client }
          tracer.in_span(Tracing.operation(request), **options) do |span|
            ::OpenTelemetry.propagation.inject(request.headers)
            yield.tap { |reply| note_reply(span, request, reply) }
          rescue StandardError => e
            span.set_attribute("error.type", e.class.name || "_OTHER")
            raise
          end
        end

        private

        # An application may set its provider after this file is loaded.
        def tracer
          provider = ::OpenTelemetry.tracer_provider
          return @tracer if @provider.equal?(provider)

          @tracer = provider.tracer("pusher", VERSION)
          @provider = provider
          @tracer
        end

        def attributes(request, events)
          http = {
            "http.request.method" => Tracing.method_name(request),
            "server.address" => request.host,
            "server.port" => request.port,
            "url.full" => request.url,
            "url.path" => request.path,
            "network.protocol.version" => "1.1"
          }
          Tracing.publishes?(request) ? http.merge(messaging_attributes(request, events)) : http
        end

        # A destination and a number of messages are set where the conventions allow them: one destination for all
        # messages, and operations that send batches.
        def messaging_attributes(request, events)
          {
            "messaging.system" => Tracing::SYSTEM,
            "messaging.operation.name" => Tracing.operation(request),
            "messaging.operation.type" => "send",
            "messaging.destination.name" => (request.channels.first if request.channels.one?),
            "messaging.batch.message_count" => (events.size if Tracing.batch?(request)),
            "messaging.pusher.channels" => request.channels.map(&:to_s),
            "messaging.pusher.event_names" => request.event_names.map(&:to_s)
          }.compact
        end

        def note_reply(span, request, reply)
          resends = Tracing.resends(request, reply)
          span.set_attribute("http.request.resend_count", resends) if resends.positive?
          span.set_attribute("http.response.status_code", reply.status)
          return if reply.status < 400

          span.set_attribute("error.type", reply.status.to_s)
          span.status = ::OpenTelemetry::Trace::Status.error
        end

        def links(events)
          fields = ::OpenTelemetry.propagation.fields
          events.filter_map { |event| link(event["data"], fields) }
        end

        def link(data, fields)
          return unless data.is_a?(String) && fields.any? { |field| data.include?("\"#{field}\"") }

          carrier = Json.load_published(data) { return }
          return unless carrier.is_a?(Hash)

          carrier = carrier.select { |_, value| value.is_a?(String) }
          context = ::OpenTelemetry.propagation.extract(carrier, context: ::OpenTelemetry::Context.empty)
          span_context = ::OpenTelemetry::Trace.current_span(context).context
          ::OpenTelemetry::Trace::Link.new(span_context) if span_context.valid?
        end
      end

      Tracing.register(
        self, file: "pusher/integrations/opentelemetry", library: "OpenTelemetry",
              loaded: defined?(::OpenTelemetry::Trace),
              setup: "add the gem opentelemetry-sdk, require \"opentelemetry/sdk\""
      )
    end
  end
end
