# frozen_string_literal: true

require_relative "../../async/helper_thread"
require_relative "reactor_request"
require_relative "../../async/failure_reporter"

module Pusher
  module Internal
    module EventMachine
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
          # @param request [HTTP::OutgoingRequest] the request, as the seam is asked about it
          # @yieldreturn [Hash, true] the parsed reply
          # @return [EventMachine::DefaultDeferrable]
          # @raise [Error] once the reactor has come to its end
          def deferrable(request, &work)
            HTTP::Middleware.preflight(request) if HTTP::Middleware.active?
            reactor = current
            reactor.start(ReactorRequest.new(reactor, request, HTTP::Middleware.capture(work)))
          end

          # Has something called on the reactor's thread, soon.
          #
          # @param work [#call]
          def next_tick(work)
            ::EventMachine.next_tick(work)
          rescue ThreadError
            # It takes a lock, which a signal trap may not.
            HelperThread.start("pusher-reactor") { hand_over(work) }
          end

          # The same from a thread of the library's own, which must not raise: once the reactor has ended, which fails
          # what waits, there is nothing left to do.
          #
          # @param work [#call]
          def hand_over(work)
            ::EventMachine.next_tick(work)
          rescue RuntimeError
            # EventMachine says that it is running until just after its end.
          end

          private

          def current
            @current = new unless @current&.here?
            @current
          end
        end

        def initialize
          @run = current_run
          @process = Process.pid
          @requests = {}.compare_by_identity
          @deadlines = {}.compare_by_identity
          ::EventMachine.add_shutdown_hook { stop if @process == Process.pid }
          # It may have ended before it had the hook, when another thread calls.
          @is_stopped = true unless goes_on?
        end

        # @return [Boolean] whether this is the reactor that runs now
        def here?
          @run.equal?(current_run) && @process == Process.pid && !replaced?
        end

        # @param request [ReactorRequest]
        # @return [EventMachine::DefaultDeferrable]
        def start(request)
          # Nobody would start it; and an errback that tries again would do so for ever.
          raise Error, "the reactor has come to its end" if @is_stopped

          Async.current.enter(request)
          @requests[request] = true
          launch(request)
          request.deferrable
        end

        # Has a host that waits learn when so many seconds have passed.
        #
        # @param host [Waiter]
        # @param seconds [Float, nil]
        def wake(host, seconds)
          return unless seconds

          @deadlines[host] = due = now + seconds
          arm(due) if @timer.nil? || due < @timer_due
        end

        # @param host [Waiter] that waits no longer
        def forget(host)
          @deadlines.delete(host)
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

        # EventMachine has nothing public that tells one run from the next; it makes this Hash for each. In a version that
        # has none, the thread stands for its runs.
        def current_run
          connections = ::EventMachine.instance_variable_get(:@conns)
          connections.is_a?(Hash) ? connections : ::EventMachine.reactor_thread
        end

        # Whether this was an earlier run of the same thread. An errback that is called while it ends is a part of it.
        def replaced?
          @run.is_a?(Thread) && @is_stopped && !@is_stopping
        end

        def goes_on?
          # Asked whether it stops, EventMachine raises where it has nothing left that could.
          ::EventMachine.stopping?
          self.class.running? && @run.equal?(current_run)
        rescue RuntimeError
          false
        end

        def launch(request)
          # A trap may strike in the midst of the reactor's sleep: what is started there would not wake it.
          return request.start if ::EventMachine.reactor_thread? && !HelperThread.trap?

          self.class.next_tick(request.method(:start))
          # The reactor may have ended meanwhile, without a look at this one.
          request.stop if @is_stopped
        rescue RuntimeError
          raise unless @is_stopped

          request.stop
        end

        def now = Process.clock_gettime(Process::CLOCK_MONOTONIC)

        # One timer for the next deadline: EventMachine keeps a cancelled timer until its time comes, and has room for
        # only so many.
        def arm(due)
          ::EventMachine.cancel_timer(@timer) if @timer
          @timer_due = due
          @timer = ::EventMachine.add_timer([due - now, 0].max) { wake_late }
        end

        # Whoever is woken may raise, and may have others wait no longer.
        def wake_late
          @timer = nil
          moment = now
          @deadlines.keys.each { |host| host.late if due?(host, moment) } # rubocop:disable Style/HashEachMethods -- a copy
        ensure
          next_due = @deadlines.values.min
          arm(next_due) if next_due && (@timer.nil? || next_due < @timer_due)
        end

        def due?(host, moment)
          due = @deadlines[host]
          !due.nil? && due <= moment
        end

        # The reactor ends: what has not would hang for ever.
        def stop
          @is_stopped = @is_stopping = true
          @requests.keys.each { |request| stop_request(request) } # rubocop:disable Style/HashEachMethods -- a copy
        ensure
          @is_stopping = false
        end

        # What an errback raises here would keep the others, and EventMachine itself, from coming to an end.
        def stop_request(request)
          request.stop
        rescue StandardError => e
          Async::FailureReporter.line("an errback failed: #{e.message} (#{e.class})")
        end
      end
    end
  end
end
