# frozen_string_literal: true

require_relative "tracing"

module Pusher
  module Internal
    # A breadcrumb of Sentry for each attempt to send a request, and a span if a transaction is in progress. `require
    # "pusher/integrations/sentry"` registers it.
    # @api private
    module Sentry
      # The operation of the spans.
      OPERATION = "http.client"
      # The category of the breadcrumbs.
      CATEGORY = "pusher"
      # The fiber-local variable of the hub and the span that were current when a background request was accepted.
      CAPTURED = :pusher_sentry
      private_constant :CAPTURED

      class << self
        # @param request [HTTP::MiddlewareRequest]
        # @return [HTTP::Reply]
        def call(request)
          return yield unless Tracing.possible? && ::Sentry.initialized?

          hub, parent = Thread.current[CAPTURED] || current
          span = start_span(parent, request)
          propagate(span, request)
          yield.tap { |reply| note_reply(hub, span, request, reply) }
        rescue StandardError => e
          note_error(hub, span, request, e) if hub
          raise
        ensure
          span&.finish
        end

        # A hub of Sentry belongs to a thread. Breadcrumbs of a background request go to that of the caller.
        #
        # @param work [#call]
        # @return [#call]
        def capture(work)
          return work unless Tracing.possible? && ::Sentry.initialized?

          captured = current
          lambda do
            before = Thread.current[CAPTURED]
            Thread.current[CAPTURED] = captured
            work.call
          ensure
            Thread.current[CAPTURED] = before
          end
        end

        private

        def current
          hub = ::Sentry.get_current_hub
          [hub, hub.current_scope.get_span]
        end

        # Does not set the current span of the scope, because fibers of one thread share the scope.
        def start_span(parent, request)
          return if parent.nil? || parent.sampled == false

          span = parent.start_child(op: OPERATION, description: "#{Tracing.method_name(request)} #{request.url}")
          facts(request).each { |name, value| span.set_data(name, value) }
          span
        end

        def facts(request)
          facts = { "http.request.method" => Tracing.method_name(request), "url" => request.url,
                    "server.address" => request.host, "server.port" => request.port }
          return facts unless Tracing.publishes?(request)

          facts.merge("messaging.system" => Tracing::SYSTEM,
                      "messaging.destination.name" => request.channels.join(","),
                      "messaging.pusher.event_names" => request.event_names.join(","))
        end

        def propagate(span, request)
          return unless target?(request.url)

          trace_headers(span).each { |name, value| request.headers[name] = value if value }
        end

        def trace_headers(span)
          if span
            { "sentry-trace" => span.to_sentry_trace, "baggage" => (span.to_baggage if span.respond_to?(:to_baggage)) }
          elsif ::Sentry.respond_to?(:get_trace_propagation_headers)
            ::Sentry.get_trace_propagation_headers || {}
          else
            {}
          end
        end

        # The application chooses the servers that get the fields. Older versions of Sentry support only all or none.
        def target?(url)
          configuration = ::Sentry.configuration
          return false unless configuration.propagate_traces
          return true unless configuration.respond_to?(:trace_propagation_targets)

          configuration.trace_propagation_targets.any? { |target| url.match?(target) }
        end

        def note_reply(hub, span, request, reply)
          span&.set_http_status(reply.status)
          add_breadcrumb(hub, request, level(reply.status), status_code: reply.status)
        end

        # The class of the error only: Sentry reports the error itself if the application passes it on.
        def note_error(hub, span, request, error)
          span&.set_status("internal_error")
          add_breadcrumb(hub, request, "error", reason: error.class.name)
        end

        def level(status)
          return "info" if status < 400

          status < 500 ? "warning" : "error"
        end

        def add_breadcrumb(hub, request, level, **outcome)
          data = { method: Tracing.method_name(request), url: request.url, **outcome }
          data.update(channels: request.channels, events: request.event_names) if Tracing.publishes?(request)
          hub.add_breadcrumb(::Sentry::Breadcrumb.new(category: CATEGORY, type: "http", level:, data:))
        end
      end

      Tracing.register(
        self, file: "pusher/integrations/sentry", library: "Sentry", loaded: defined?(::Sentry::Breadcrumb),
              setup: "add the gem sentry-ruby, require \"sentry-ruby\""
      )
    end
  end
end
