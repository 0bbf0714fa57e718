# frozen_string_literal: true

require_relative "scope"

module Pusher
  module Testing
    # Finds the scope that applies to the caller: the scope of its fiber (its own, or the one that was inherited when
    # the fiber started), else the scope of its thread, else the scope opened last. The last rule keeps requests of
    # unrelated threads in the process while any scope is open.
    # @api private
    module Scopes
      KEY = :pusher_testing
      private_constant :KEY

      # The scope of a `disable!` block: requests in it are really sent.
      class DisabledScope < Scope
        # @return [Boolean]
        def faking? = false
      end

      @open = []
      @global = nil

      class << self
        # @return [Scope, nil] the scope that applies; nil if requests are really sent
        def current
          scope = applicable
          scope if scope&.faking?
        end

        # @return [Scope, nil] as {current}, but a {DisabledScope} is returned, too
        def applicable
          return if @open.empty?

          own || newest
        end

        # @return [Scope, nil] the scope of this fiber or thread
        def own = still_open(fiber_scope) || still_open(Thread.current.thread_variable_get(KEY))

        # Calls the block in a scope. Interrupts are deferred while the scope is opened and closed: an interrupt in
        # between could leave it open for the rest of the process.
        #
        # @return [Object] the block's value
        def within(scope, &block)
          Thread.handle_interrupt(Object => :never) do
            enter(scope) { Thread.handle_interrupt(Object => :immediate) { block.call } }
          end
        end

        # @return [nil]
        def begin_global(scope)
          end_global
          @global = scope
          @open.unshift(scope)
          nil
        end

        # @return [nil]
        def end_global
          @open.delete_if { |open| open.equal?(@global) }
          @global = nil
        end

        private

        def enter(scope, &block)
          @open << scope
          scope.keep_open { with_scope(scope, &block) }
        ensure
          @open.delete_at(@open.rindex { |open| open.equal?(scope) })
        end

        def newest
          @open.reverse_each { |scope| return scope if scope.faking? }
          nil
        end

        # A fiber or a thread may outlive the scope in which it was started; the scope around that one applies then.
        def still_open(scope)
          scope = scope.outer until scope.nil? || scope.open?
          scope
        end

        # The thread variable covers a test framework whose hook runs in a fiber while the test runs outside it, on
        # the same thread.
        def with_scope(scope)
          thread = Thread.current
          previous_in_fiber = fiber_scope
          previous_in_thread = thread.thread_variable_get(KEY)
          self.fiber_scope = scope
          thread.thread_variable_set(KEY, scope)
          yield
        ensure
          self.fiber_scope = previous_in_fiber
          thread.thread_variable_set(KEY, previous_in_thread)
        end

        # Fiber storage (Ruby 3.2 and newer) is inherited by new fibers and threads.
        if Fiber.respond_to?(:[]=)
          def fiber_scope = Fiber[KEY]

          def fiber_scope=(scope)
            Fiber[KEY] = scope
          end
        else
          def fiber_scope = Thread.current[KEY]

          def fiber_scope=(scope)
            Thread.current[KEY] = scope
          end
        end
      end
    end
    private_constant :Scopes
  end
end
