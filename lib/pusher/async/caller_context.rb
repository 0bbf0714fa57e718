# frozen_string_literal: true

module Pusher
  module Internal
    class Async
      # The context in which an application has started a background request: fiber-local variables
      # (`Thread.current[:name]`), Fiber storage (Ruby 3.2 and newer), thread variables, and the context of
      # OpenTelemetry. The thread or fiber that sends the request has the same context.
      # @api private
      class CallerContext
        # Variables of libraries whose objects belong to one thread or fiber. By convention their names start with an
        # underscore. Registries of ActiveSupport have the names of their classes. The others hold the traces of Datadog
        # and Sentry, and what this gem stores for one fiber.
        PRIVATE = /\A(?:_|pusher_|datadog_|sentry_)|::/
        # The thread variable of threads that run one background request after the other, and nothing else.
        WORKER = :pusher_async_worker
        private_constant :PRIVATE

        # @param work [#call] runs later, on another thread or fiber
        # @return [#call] the same work, in the context of the caller
        def self.capture(work)
          context = new
          -> { context.call(work) }
        end

        # Marks the current thread as one whose thread variables may be replaced while it works.
        #
        # @return [void]
        def self.mark_worker
          Thread.current.thread_variable_set(WORKER, true)
        end

        def initialize
          @fiber = Fiber.current
          @locals = carried(Thread.current.keys) { |name| Thread.current[name] }
          @variables = carried(Thread.current.thread_variables) { |name| Thread.current.thread_variable_get(name) }
          @storage = storage
          @telemetry = ::OpenTelemetry::Context.current if telemetry?
        end

        # @param work [#call]
        # @return [Object] its value
        def call(work)
          # The work may run at once, such as in the test mode.
          return work.call if Fiber.current.equal?(@fiber)

          with_locals { with_variables { with_storage { with_telemetry(work) } } }
        end

        private

        # Collections are copied, because the caller may modify them.
        def carried(names)
          names.grep_v(PRIVATE).to_h do |name|
            value = yield name
            [name, value.instance_of?(Hash) || value.instance_of?(Array) ? value.dup : value]
          end
        end

        def with_locals(&block)
          replacing(@locals, Thread.current.keys.grep_v(PRIVATE), Thread.current.method(:[]),
                    Thread.current.method(:[]=), &block)
        end

        # Threads other than workers run other code in the meantime, which would see these variables.
        def with_variables(&block)
          thread = Thread.current
          return yield unless thread.thread_variable_get(WORKER)

          replacing(@variables, thread.thread_variables.grep_v(PRIVATE), thread.method(:thread_variable_get),
                    thread.method(:thread_variable_set), &block)
        end

        # A new fiber or thread inherits the storage of its creator, which may be another caller.
        def with_storage(&block)
          return yield unless @storage

          replacing(@storage, storage.keys, Fiber.method(:[]), Fiber.method(:[]=), &block)
        end

        def with_telemetry(work)
          return work.call unless @telemetry

          ::OpenTelemetry::Context.with_current(@telemetry) { work.call }
        end

        # Replaces the variables `present`, and restores them.
        def replacing(values, present, reader, writer)
          names = values.keys | present
          before = names.to_h { |name| [name, reader.call(name)] }
          names.each { |name| writer.call(name, values[name]) }
          yield
        ensure
          before&.each { |name, value| writer.call(name, value) }
        end

        if Fiber.respond_to?(:[]=)
          # The storage of a fiber is nil until something is stored in it.
          def storage = carried(Fiber.current.storage.to_h.keys) { |name| Fiber[name] }
        else
          def storage = nil
        end

        def telemetry?
          defined?(::OpenTelemetry::Context) && ::OpenTelemetry::Context.respond_to?(:with_current)
        end
      end
    end
  end
end
