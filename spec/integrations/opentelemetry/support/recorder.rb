# frozen_string_literal: true

require "securerandom"

# A recorder in the place of the gem opentelemetry-api, which Debian does not package. It implements the part of the
# published API that its documentation describes (https://rubydoc.info/gems/opentelemetry-api): providers, tracers and
# `in_span`; the current context of a fiber; W3C trace context as the propagation. It is not the library.
module OpenTelemetry
  # An immutable set of values. The current one belongs to a fiber.
  class Context
    STACK = :__opentelemetry_recorder_stack__

    def self.current = (Thread.current[STACK] ||= [empty]).last

    def self.empty = new({})

    def self.with_current(context)
      stack = (Thread.current[STACK] ||= [empty])
      stack.push(context)
      yield context
    ensure
      # The library logs a mismatch; here it is an error.
      raise "detached in the wrong order" unless stack.pop.equal?(context)
    end

    def initialize(values) = @values = values

    def value(key) = @values[key]

    def set_value(key, value) = Context.new(@values.merge(key => value))
  end

  module Trace
    SpanContext = Struct.new(:trace_id, :span_id, keyword_init: true) do
      def self.none = new(trace_id: "0" * 32, span_id: "0" * 16)

      def valid? = trace_id.match?(/[^0]/) && span_id.match?(/[^0]/)
    end

    Link = Struct.new(:span_context, :attributes)

    Status = Struct.new(:code, :description) do
      def self.error(description = "") = new(:error, description)
    end

    class Span
      attr_reader :name, :kind, :attributes, :links, :context, :parent, :exceptions
      attr_accessor :status

      def initialize(name: nil, kind: :internal, attributes: {}, links: [], # rubocop:disable Metrics/ParameterLists
                     context: SpanContext.none, parent: nil)
        @name = name
        @kind = kind
        @attributes = {}
        (attributes || {}).each { |key, value| set_attribute(key, value) }
        @links = links || []
        @context = context
        @parent = parent
        @exceptions = []
        # As that of the SDK: a signal trap cannot lock it.
        @lock = Mutex.new
      end

      # The specification allows these types.
      def set_attribute(key, value)
        types = [String, Integer, Float, TrueClass, FalseClass]
        types.any? { |type| Array(value).all?(type) } || raise("#{key} has an invalid value: #{value.inspect}")
        @lock&.synchronize { nil }
        @attributes[key] = value
        self
      end

      def record_exception(exception, attributes: nil) = @exceptions << [exception, attributes]
    end

    def self.current_span(context = Context.current) = context.value(:span) || Span.new

    def self.context_with_span(span, parent_context: Context.current) = parent_context.set_value(:span, span)
  end

  class Tracer
    def initialize(spans) = @spans = spans

    def in_span(name, attributes: nil, links: nil, start_timestamp: nil, kind: nil)
      raise "not expected" if start_timestamp

      parent = Trace.current_span.context
      context = Trace::SpanContext.new(trace_id: parent.valid? ? parent.trace_id : SecureRandom.hex(16),
                                       span_id: SecureRandom.hex(8))
      span = Trace::Span.new(name:, kind:, attributes:, links:, context:, parent:)
      within(span) { |current| yield span, current }
    ensure
      @spans << span if span
    end

    private

    def within(span, &block)
      Context.with_current(Trace.context_with_span(span), &block)
    rescue Exception => e # rubocop:disable Lint/RescueException -- as the documentation of in_span says
      span.record_exception(e)
      span.status = Trace::Status.error("Unhandled exception of type: #{e.class}")
      raise
    end
  end

  class TracerProvider
    attr_reader :spans, :tracers

    def initialize
      @spans = Queue.new
      @tracers = []
    end

    def tracer(name = nil, version = nil)
      @tracers << [name, version]
      Tracer.new(@spans)
    end
  end

  # W3C trace context: https://www.w3.org/TR/trace-context/#traceparent-header
  class Propagation
    FIELDS = %w[traceparent tracestate].freeze

    def fields = FIELDS

    def inject(carrier, context: Context.current)
      span = Trace.current_span(context).context
      carrier["traceparent"] = "00-#{span.trace_id}-#{span.span_id}-01" if span.valid?
    end

    def extract(carrier, context: Context.current)
      ids = carrier["traceparent"]&.match(/\A00-(\h{32})-(\h{16})-\h\h\z/) or return context
      span = Trace::Span.new(context: Trace::SpanContext.new(trace_id: ids[1], span_id: ids[2]))
      Trace.context_with_span(span, parent_context: context)
    end
  end

  class << self
    attr_writer :tracer_provider

    def tracer_provider = @tracer_provider ||= TracerProvider.new

    def propagation = @propagation ||= Propagation.new
  end
end
