# frozen_string_literal: true

module Pusher
  module Testing
    # Which scope counts here and now: that of this fiber (one it was started in, where it has none of its own), that
    # of this thread, or the one opened last, so that nothing leaves the process while there is any.
    # @api private
    module Scopes
      KEY = :pusher_testing
      private_constant :KEY

      # Where the test mode is off.
      class Outside < Scope
        # None.
        def faking = nil
      end

      @open = []
      @global = nil

      class << self
        # @return [Scope, nil] nil where requests are really sent
        def current = placed&.faking

        # @return [Scope, nil] the same, or one in which they are
        def placed
          return if @open.empty?

          own || newest
        end

        # @return [Scope, nil] that of this fiber or thread
        def own = still_open(of_fiber) || still_open(Thread.current.thread_variable_get(KEY))

        # Whatever interrupts, a scope is opened and closed as a whole: one left open would go on for good.
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
          scope.hold { place(scope, &block) }
        ensure
          @open.delete_at(@open.rindex { |open| open.equal?(scope) })
        end

        def newest
          @open.reverse_each { |scope| return scope if scope.faking }
          nil
        end

        # What a fiber or a thread was started in may be over.
        def still_open(scope)
          scope = scope.outer until scope.nil? || scope.open?
          scope
        end

        # A thread variable as well, for what a hook that is a fiber opens for the rest of its thread.
        def place(scope)
          thread = Thread.current
          of_fiber = self.of_fiber
          of_thread = thread.thread_variable_get(KEY)
          self.of_fiber = scope
          thread.thread_variable_set(KEY, scope)
          yield
        ensure
          self.of_fiber = of_fiber
          thread.thread_variable_set(KEY, of_thread)
        end

        # Since Ruby 3.2 fibers and threads inherit.
        if Fiber.respond_to?(:[]=)
          def of_fiber = Fiber[KEY]

          def of_fiber=(scope)
            Fiber[KEY] = scope
          end
        else
          def of_fiber = Thread.current[KEY]

          def of_fiber=(scope)
            Thread.current[KEY] = scope
          end
        end
      end
    end
    private_constant :Scopes
  end
end
