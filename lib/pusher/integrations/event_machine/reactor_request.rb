# frozen_string_literal: true

require_relative "../../async/publication"
require_relative "../../async/publishing"
require_relative "../../errors"
require_relative "waiter"

module Pusher
  module Internal
    module EventMachine
      # A request on the reactor of EventMachine: a fiber that sends it, and a deferrable that gets its outcome.
      # @api private
      class ReactorRequest
        include Async::Publishing

        # @return [EventMachine::DefaultDeferrable]
        attr_reader :deferrable

        # @param reactor [Reactor]
        # @param request [HTTP::OutgoingRequest]
        # @param work [#call] sends it and returns the parsed reply
        # @param publication [Async::Publication, nil] its events, if it may be sent together with other requests
        # @param result_by [#call, nil] see {Reactor.deferrable}
        def initialize(reactor, request, work, publication = nil, result_by = nil)
          @reactor = reactor
          @request = request
          @work = work
          @publication = publication
          @result_by = result_by
          @waiter = Waiter.new(reactor, self)
          @deferrable = ::EventMachine::DefaultDeferrable.new
          @finished = Thread::Queue.new
        end

        # Starts the fiber. Runs on the reactor's thread, possibly below the caller of the gem.
        def start
          return if @fiber || finished?

          # A blocking fiber: a fiber scheduler on this thread would park another kind, and does not run meanwhile.
          @fiber = Fiber.new(blocking: true) { send_request }
          @is_starting = true
          resume
        ensure
          @is_starting = false
        end

        # Resumes the fiber.
        #
        # @param result [Object] of what the fiber waits for
        def resume(result = nil)
          @fiber.resume(result)
        ensure
          finish unless @fiber.alive?
        end

        # Finishes the request with the outcome of a request that it shared. The deferrable is settled in the next
        # tick: an error of one callback does not keep other requests from being settled.
        #
        # @yieldreturn [HTTP::Reply]
        # @raise [StandardError] of the transport
        def finish_with(&reply)
          return if finished?

          @is_starting = true
          @reply = @result_by.call(sender.http, &reply)
        rescue StandardError => e
          @error = error_for_errback(e)
        ensure
          finish
        end

        # Fails the request, because the reactor stops.
        def stop
          return settle if finished?
          return @waiter.stop if @fiber

          @error = Error.new(Waiter::STOPPED)
          finish
        end

        # @return [Boolean]
        def finished? = @finished.closed?

        # @return [Boolean] the same: errbacks get every failure
        def reported? = finished?

        # Does nothing: there is no report to suppress, since errbacks get every failure.
        def abandon; end

        # Waits until the request has finished. Not for the reactor's thread.
        def join
          @finished.pop unless finished?
          self
        end

        # @return [Boolean] false where waiting would deadlock: on the reactor's thread
        def awaitable? = !::EventMachine.reactor_thread?

        # @return [Hash] what the application's failure handler gets
        def facts = @request.facts

        # @return [String] without the query, which holds the signature
        def inspect
          "#<#{self.class} #{@request.verb} #{@request.path}>"
        end

        private

        def send_request
          Thread.current[Waiter::FIBER_VARIABLE] = @waiter
          @reply = @work.call
        rescue StandardError => e
          @error = error_for_errback(e)
        ensure
          @error ||= Error.new("the request was stopped before its reply arrived") unless @reply
        end

        # Errbacks get errors of this gem only, and a plain {Pusher::Error} for a failure of the network.
        def error_for_errback(error)
          return as_network_error(error) if network_error?(error)
          return error if error.is_a?(Error)

          with_cause("#{error.message} (#{error.class})", error)
        end

        def network_error?(error) = error.is_a?(HTTPError) && error.status.nil?

        def as_network_error(error)
          message = "Network error connecting to pusher (#{error.message})"
          Pusher.logger.debug(message)
          with_cause(message, error)
        end

        # Ruby sets the cause of an error only when it is raised.
        def with_cause(message, cause)
          raise Error, message, cause:
        rescue Error => e
          e
        end

        # A deferrable is never settled before its caller has it.
        def finish
          return if finished?

          @finished.close
          @is_starting ? Reactor.next_tick(method(:settle)) : settle
        end

        def settle
          return if @is_settled

          @is_settled = true
          @reactor.remove(self)
          @error ? deferrable.fail(@error) : succeed
        end

        # Errors that callbacks raise go to the errbacks.
        def succeed
          deferrable.succeed(@reply)
        rescue StandardError => e
          deferrable.fail(e)
        end
      end
    end
  end
end
