# frozen_string_literal: true

# A recorder in the place of the gem datadog, which Debian does not package. It implements the part of the published API
# that the documentation of version 2 describes (docs/GettingStarted.md and https://rubydoc.info/gems/datadog): `trace`
# with a block, `active_trace`, `to_digest`, `continue_trace!` and the injection into header fields. It is not the
# library. As there, the active trace belongs to a fiber.
module Datadog
  module Tracing
    Digest = Struct.new(:trace_id, :span_id)

    class Span
      attr_reader :name, :id, :parent_id, :tags, :type, :error
      attr_accessor :resource, :status

      def initialize(name, id, parent_id, resource: name, type: nil, tags: {}) # rubocop:disable Metrics/ParameterLists
        @name = name
        @id = id
        @parent_id = parent_id
        @resource = resource
        @type = type
        @tags = {}
        tags.each { |tag, value| set_tag(tag, value) }
        @status = 0
      end

      def set_tag(tag, value)
        raise "the tag #{tag} has an invalid value: #{value.inspect}" unless value.is_a?(String) || value.is_a?(Numeric)

        @tags[tag] = value
      end

      def set_error(error) # rubocop:disable Naming/AccessorMethodName
        @error = error
        @status = 1
      end
    end

    class Trace
      attr_reader :id, :stack

      def initialize(id, parent = nil)
        @id = id
        @stack = [parent].compact
      end

      def to_digest = Digest.new(id, stack.last)
    end

    @spans = Queue.new
    @ids = 0

    class << self
      attr_reader :spans
      attr_accessor :enabled, :configured

      def active_trace = Thread.current[:datadog_context_recorder]

      def trace(name, **options)
        return yield(Span.new(name, 0, nil), nil) if enabled == false

        outer = active_trace
        trace = outer || activate(Trace.new(next_id))
        span = Span.new(name, next_id, trace.stack.last, **options)
        trace.stack.push(span.id)
        traced(span, trace) { yield span, trace }
      ensure
        activate(outer)
      end

      def continue_trace!(digest)
        outer = active_trace
        activate(Trace.new(digest.trace_id, digest.span_id))
        yield
      ensure
        activate(outer)
      end

      def next_id = @ids += 1

      private

      def traced(span, trace)
        yield
      rescue Exception => e # rubocop:disable Lint/RescueException -- as the documentation of on_error says
        span.set_error(e)
        raise
      ensure
        raise "finished in the wrong order" unless trace.stack.pop == span.id

        @spans << span
      end

      def activate(trace) = Thread.current[:datadog_context_recorder] = trace
    end

    module Contrib
      module HTTP
        def self.inject(digest, data)
          raise "Please invoke Datadog.configure at least once" if Tracing.configured == false

          data["x-datadog-trace-id"] = digest.trace_id.to_s
          data["x-datadog-parent-id"] = digest.span_id.to_s
        end
      end
    end
  end
end
