# frozen_string_literal: true

require_relative "tracing"

module Pusher
  module Internal
    # A span of Datadog for each attempt to send a request. `require "pusher/integrations/datadog"` registers it. It
    # works with the gems datadog (2.x) and ddtrace (1.x).
    # @api private
    module Datadog
      # The name of the spans.
      NAME = "pusher.request"
      # The status of a span that ended with an error.
      ERROR = 1
      private_constant :ERROR

      class << self
        # @param request [HTTP::MiddlewareRequest]
        # @return [HTTP::Reply]
        def call(request)
          return yield unless Tracing.possible?

          options = { resource: resource(request), type: "http", tags: tags(request) }
          ::Datadog::Tracing.trace(NAME, **options) do |span, trace|
            inject(trace, request.headers) if trace
            yield.tap { |reply| note_reply(span, request, reply) }
          end
        end

        # The trace of Datadog belongs to the fiber in which it was started. Another fiber continues it.
        #
        # @param work [#call]
        # @return [#call]
        def capture(work)
          digest = ::Datadog::Tracing.active_trace&.to_digest if Tracing.possible?
          return work unless digest

          -> { ::Datadog::Tracing.continue_trace!(digest) { work.call } }
        end

        private

        def resource(request)
          Tracing.publishes?(request) ? Tracing.operation(request) : "#{Tracing.method_name(request)} #{request.path}"
        end

        def tags(request)
          {
            "component" => "pusher", "operation" => Tracing.operation(request), "span.kind" => "client",
            "http.method" => Tracing.method_name(request), "http.url" => request.url,
            "out.host" => request.host, "peer.hostname" => request.host, "network.destination.port" => request.port.to_s
          }.merge(Tracing.publishes?(request) ? messaging_tags(request) : {})
        end

        def messaging_tags(request)
          { "messaging.system" => Tracing::SYSTEM, "messaging.destination.name" => request.channels.join(","),
            "pusher.event_names" => request.event_names.join(",") }
        end

        def note_reply(span, request, reply)
          span.set_tag("http.status_code", reply.status.to_s)
          resends = Tracing.resends(request, reply)
          span.set_tag("http.request.resend_count", resends.to_s) if resends.positive?
          return if reply.status < 400

          span.set_tag("error.type", reply.status.to_s)
          span.status = ERROR
        end

        # Datadog raises an error if it has not been configured. The request is sent nevertheless.
        def inject(trace, headers)
          carrier = {}
          if defined?(::Datadog::Tracing::Contrib::HTTP.inject)
            ::Datadog::Tracing::Contrib::HTTP.inject(trace.to_digest, carrier)
          elsif defined?(::Datadog::Tracing::Propagation::HTTP.inject!)
            ::Datadog::Tracing::Propagation::HTTP.inject!(trace.to_digest, carrier)
          end
          carrier.each { |name, value| headers[name] = value }
        rescue StandardError => e
          Pusher.logger.debug { "Datadog adds no header fields to requests: #{e.message} (#{e.class})" }
        end
      end

      Tracing.register(
        self, file: "pusher/integrations/datadog", library: "Datadog's tracing", loaded: defined?(::Datadog::Tracing),
              setup: "add the gem datadog, require \"datadog\""
      )
    end
  end
end
