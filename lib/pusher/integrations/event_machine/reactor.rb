# frozen_string_literal: true

require_relative "../../async/failure_reporter"
require_relative "../../async/helper_thread"
require_relative "publisher"
require_relative "reactor_request"

module Pusher
  module Internal
    # Background requests while EventMachine runs.
    # @api private
    module EventMachine
      # Sends requests on the reactor of EventMachine: each is a fiber on the reactor's thread. An instance belongs to
      # one run of the reactor.
      # @api private
      class Reactor
        class << self
          # @return [Boolean] whether a reactor is running in this process
          def running?
            !!defined?(::EventMachine.reactor_running?) && ::EventMachine.reactor_running?
          end

          # Starts a request on the reactor's thread.
          #
          # @param request [HTTP::OutgoingRequest]
          # @param publication [Async::Publication, nil] its events, if it may be sent together with other requests
          # @param result_by [#call, nil] takes the HTTP client and, as a block, the reply of a shared request; returns
          #   the parsed reply
          # @yieldreturn [Hash, true] the parsed reply
          # @return [EventMachine::DefaultDeferrable]
          # @raise [Error] if the reactor has stopped
          def deferrable(request, publication = nil, result_by = nil, &work)
            captured = HTTP::Middleware.capture(work, request.client)
            reactor = current
            reactor_request = ReactorRequest.new(reactor, request, captured, publication, result_by)
            reactor_request.send_alone unless captured.equal?(work)
            reactor.start(reactor_request)
          end

          # Calls something on the reactor's thread, soon.
          #
          # @param work [#call]
          def next_tick(work)
            ::EventMachine.next_tick(work)
          rescue ThreadError
            # EventMachine locks a Mutex here, which Ruby refuses in a signal trap.
            HelperThread.start("pusher-next-tick") { next_tick_if_running(work) }
          end

          # The same from a helper thread, which must not raise. Once the reactor has stopped, all requests have failed,
          # and there is nothing left to call.
          #
          # @param work [#call]
          def next_tick_if_running(work)
            ::EventMachine.next_tick(work)
          rescue RuntimeError
            nil # The reactor has stopped; shortly after that EventMachine still claims to run.
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
          @publisher = Publisher.new(self)
          ::EventMachine.add_shutdown_hook { stop if @process == Process.pid }
          # On another thread than the reactor's, the reactor may have stopped before the hook was added.
          @is_stopped = true unless run_active?
        end

        # @return [Boolean] whether this belongs to the current run of the reactor
        def here?
          @run.equal?(current_run) && @process == Process.pid && !earlier_run?
        end

        # @param request [ReactorRequest]
        # @return [EventMachine::DefaultDeferrable]
        # @raise [Error] if the reactor has stopped
        def start(request)
          # Otherwise an errback that tries again would do so in an endless loop.
          raise Error, "the EventMachine reactor has stopped" if @is_stopped

          Async.current.add(request)
          @requests[request] = true
          launch(request)
          request.deferrable
        end

        # Calls {Waiter#time_out} after a timeout.
        #
        # @param waiter [Waiter]
        # @param seconds [Float, nil]
        def add_deadline(waiter, seconds)
          return unless seconds

          @deadlines[waiter] = deadline = now + seconds
          schedule_timer(deadline) if @timer.nil? || deadline < @timer_deadline
        end

        # @param waiter [Waiter] that waits no longer
        def remove_deadline(waiter)
          @deadlines.delete(waiter)
        end

        # @param request [ReactorRequest] that has finished
        def remove(request)
          @requests.delete(request)
          Async.current.remove(request)
          @publisher.remove(request) unless @is_stopped
        end

        # Starts a request that several others share, and that `flush` need not know.
        #
        # @param request [SharedRequest]
        def start_shared(request)
          @requests[request] = true
          request.start
        end

        # @param request [SharedRequest] that has finished
        def remove_shared(request)
          @requests.delete(request)
          @publisher.finish(request) unless @is_stopped
        end

        # @return [String]
        def inspect
          "#<#{self.class}>"
        end

        private

        # EventMachine has no public way to tell one run from the next. It creates this Hash for each run; in a version
        # without it, the thread identifies the run.
        def current_run
          connections = ::EventMachine.instance_variable_get(:@conns)
          connections.is_a?(Hash) ? connections : ::EventMachine.reactor_thread
        end

        # Whether the thread, which identifies the run, has since started another. Errbacks that are called while the
        # reactor stops still belong to this run.
        def earlier_run?
          @run.is_a?(Thread) && @is_stopped && !@is_stopping
        end

        def run_active?
          # Raises when the reactor has already been released.
          ::EventMachine.stopping?
          self.class.running? && @run.equal?(current_run)
        rescue RuntimeError
          false
        end

        def launch(request)
          # A trap may interrupt the reactor's sleep: a request started there would not wake it.
          return enter(request) if ::EventMachine.reactor_thread? && !HelperThread.trap?

          self.class.next_tick(-> { enter(request) })
          # The reactor may have stopped meanwhile, before it could see this request.
          request.stop if @is_stopped
        rescue RuntimeError
          raise unless @is_stopped

          request.stop
        end

        # Runs on the reactor's thread.
        def enter(request)
          request.channels.empty? || @is_stopped ? request.start : @publisher.add(request)
        end

        def now = Process.clock_gettime(Process::CLOCK_MONOTONIC)

        # Uses one timer, for the next deadline: EventMachine limits the number of timers, and keeps cancelled ones
        # until they are due.
        def schedule_timer(deadline)
          ::EventMachine.cancel_timer(@timer) if @timer
          @timer_deadline = deadline
          @timer = ::EventMachine.add_timer([deadline - now, 0].max) { expire_deadlines }
        end

        # An errback that is called here may raise, or remove other deadlines.
        def expire_deadlines
          @timer = nil
          time = now
          waiters = @deadlines.keys
          waiters.each { |waiter| waiter.time_out if expired?(waiter, time) }
        ensure
          deadline = @deadlines.values.min
          schedule_timer(deadline) if deadline && (@timer.nil? || deadline < @timer_deadline)
        end

        def expired?(waiter, time)
          deadline = @deadlines[waiter]
          !deadline.nil? && deadline <= time
        end

        # The reactor stops: unfinished requests would never finish.
        def stop
          @is_stopped = @is_stopping = true
          requests = @requests.keys
          requests.each { |request| stop_request(request) }
        ensure
          @is_stopping = false
        end

        # An error raised by an errback must not keep the other requests, or EventMachine itself, from stopping.
        def stop_request(request)
          request.stop
        rescue StandardError => e
          Async::FailureReporter.log("an errback failed: #{e.message} (#{e.class})")
        end
      end
    end
  end
end
