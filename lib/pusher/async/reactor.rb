# frozen_string_literal: true

require_relative "reactor_request"

module Pusher
  class Async
    # Requests on the reactor of EventMachine, as long as it runs: each is a fiber on the reactor's thread.
    # @api private
    class Reactor
      class << self
        # @return [Boolean] whether a reactor is running in this process
        def running?
          !!defined?(::EventMachine.reactor_running?) && ::EventMachine.reactor_running?
        end

        # Has a request sent on the reactor's thread.
        #
        # @param exchange [Exchange] the request, as the seam is asked about it
        # @yieldreturn [Hash, true] the parsed reply
        # @return [EventMachine::DefaultDeferrable]
        def deferrable(exchange, &work)
          Seam.admit(exchange) if Seam.engaged?
          current.start(ReactorRequest.new(exchange, Seam.bind(work)))
        end

        # Has something called on the reactor's thread, soon.
        #
        # @param work [#call]
        def next_tick(work)
          ::EventMachine.next_tick(work)
        rescue ThreadError
          # It takes a lock, which a signal trap may not.
          Aside.start("pusher-reactor") { ::EventMachine.next_tick(work) }
        end

        private

        def current
          @current = new unless @current&.running?
          @current
        end
      end

      def initialize
        @thread = ::EventMachine.reactor_thread
        @process = Process.pid
        @requests = {}.compare_by_identity
        ::EventMachine.add_shutdown_hook { stop if @process == Process.pid }
      end

      # @return [Boolean] whether this is the reactor that runs now
      def running?
        !@is_stopped && @thread.equal?(::EventMachine.reactor_thread) && @process == Process.pid
      end

      # @param request [ReactorRequest]
      # @return [EventMachine::DefaultDeferrable]
      def start(request)
        enter(request)
        if ::EventMachine.stopping?
          request.stop
        elsif ::EventMachine.reactor_thread?
          request.start
        else
          self.class.next_tick(request.method(:start))
        end
        request.deferrable
      end

      # Wakes a request that waits when so many seconds have passed.
      #
      # @param seconds [Float, nil]
      def wake(request, seconds)
        return unless seconds

        @requests[request] = due = now + seconds
        arm(due) if @timer.nil? || due < @timer_due
      end

      # @param request [ReactorRequest] that waits no longer
      def forget_wait(request)
        @requests[request] = nil
      end

      # @param request [ReactorRequest] that has ended
      def remove(request)
        @requests.delete(request)
        Async.current.leave(request)
      end

      # @return [String]
      def inspect
        "#<#{self.class}>"
      end

      private

      def enter(request)
        request.reactor = self
        @requests[request] = nil
        Async.current.enter(request)
      end

      def now = Process.clock_gettime(Process::CLOCK_MONOTONIC)

      # One timer for all: EventMachine keeps a cancelled timer until its time comes, and has room for so many.
      def arm(due)
        ::EventMachine.cancel_timer(@timer) if @timer
        @timer_due = due
        @timer = ::EventMachine.add_timer([due - now, 0].max) { wake_late }
      end

      # Others may add requests meanwhile, so what is looked at is a copy.
      def wake_late
        @timer = nil
        moment = now
        @requests.to_a.each { |request, due| request.late if due && due <= moment }
      ensure
        next_due = @requests.values.compact.min
        arm(next_due) if next_due && (@timer.nil? || next_due < @timer_due)
      end

      # The reactor ends: what has not would hang for ever.
      def stop
        @is_stopped = true
        @requests.to_a.each { |request, _| stop_request(request) }
      end

      # What an errback raises here would keep the others, and EventMachine itself, from coming to an end.
      def stop_request(request)
        request.stop
      rescue StandardError => e
        Pusher.logger.error("an errback failed: #{e.message} (#{e.class})")
      end
    end
  end
end
