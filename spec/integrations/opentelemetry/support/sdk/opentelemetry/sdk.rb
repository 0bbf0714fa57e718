# frozen_string_literal: true

require_relative "../../recorder"

# In the place of the gem opentelemetry-sdk: its documented configuration, with processors that get finished spans.
module OpenTelemetry
  module SDK
    Configurator = Struct.new(:service_name, :processors) do
      def add_span_processor(processor) = processors << processor
    end

    # Passes finished spans to the processors.
    class Spans
      def initialize(processors) = @processors = processors

      def <<(span)
        @processors.each { |processor| processor.on_finish(span) }
      end
    end

    class Provider < TracerProvider
      def initialize(processors)
        super()
        @spans = Spans.new(processors)
      end
    end

    def self.configure
      configurator = Configurator.new(nil, [])
      yield configurator
      OpenTelemetry.tracer_provider = Provider.new(configurator.processors)
    end

    module Trace
      module Export
        class ConsoleSpanExporter
          def export(spans) = spans.each { |span| print_span(span) }

          private

          def print_span(span)
            parent = span.parent.valid? ? "child of #{span.parent.span_id}" : "root"
            puts "#{span.kind} #{span.name} #{span.context.span_id} #{parent} #{span.status&.code || :unset}"
            span.attributes.each { |name, value| puts "  #{name}=#{Array(value).join(",")}" }
          end
        end

        SimpleSpanProcessor = Struct.new(:exporter) do
          def on_finish(span) = exporter.export([span])
        end
      end
    end
  end
end
