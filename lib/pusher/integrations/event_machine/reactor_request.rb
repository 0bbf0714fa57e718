# frozen_string_literal: true

require_relative "../../errors"
require_relative "waiter"

module Pusher
  module Internal
    module EventMachine
      # A request on the reactor of EventMachine: a fiber, and a deferrable that is told what came of it.
      # @api private
      class ReactorRequest
        # @return [EventMachine::DefaultDeferrable]
        attr_reader :deferrable

        # @param reactor [Reactor]
        # @param request [HTTP::OutgoingRequest] the request
        # @param work [#call] sends it and returns the parsed reply
        def initialize(reactor, request, work)
          @reactor = reactor
          @request = request
          @work = work
          @host = Waiter.new(reactor, self)
          @deferrable = ::EventMachine::DefaultDeferrable.new
          @ended = Thread::Queue.new
        end

        # Called on the reactor's thread, which may be in the caller's own code at this moment.
        def start
          return if @fiber || finished?

          # A blocking fiber is none of a scheduler's, which would park it where only this reactor goes on.
          @fiber = Fiber.new(blocking: true) { carry_out }
          @is_starting = true
          advance
        ensure
          @is_starting = false
        end

        # Goes on with the news that the fiber waits for.
        def advance(news = nil)
          @fiber.resume(news)
        ensure
          finish unless @fiber.alive?
        end

        # Ends the request, since the reactor ends.
        def stop
          return settle if finished?
          return @host.stop if @fiber

          @error = Error.new("Network error connecting to pusher (the reactor was stopped)")
          finish
        end

        # @return [Boolean]
        def finished? = @ended.closed?

        # @return [Boolean] the same: errbacks learn of every failure
        def gone? = finished?

        # Errbacks learn of that as well.
        def give_up; end

        # Waits until the request has ended: not on the reactor's thread.
        def join
          @ended.pop unless finished?
          self
        end

        # @return [Boolean] whether the caller may wait for the request without keeping it from being sent
        def awaitable? = !::EventMachine.reactor_thread?

        # @return [Hash] what may be told of the request
        def facts = @request.facts

        # @return [String] without the query, which is signed
        def inspect
          "#<#{self.class} #{@request.verb} #{@request.path}>"
        end

        private

        def carry_out
          Thread.current[Waiter::KEY] = @host
          @reply = @work.call
        rescue StandardError => e
          @error = told(e)
        ensure
          @error ||= Error.new("the request was ended before its reply came") unless @reply
        end

        # Errbacks get nothing but errors of the library, and of a failure in transport a plain one.
        def told(error)
          return error if error.is_a?(Error) && !network?(error)

          message = "#{error.message} (#{error.class})"
          if network?(error)
            message = "Network error connecting to pusher (#{error.message})"
            Pusher.logger.debug(message)
          end
          raise Error, message, cause: error
        rescue Error => e
          e
        end

        def network?(error) = error.is_a?(HTTPError) && error.status.nil?

        # A deferrable is never settled before the caller has it.
        def finish
          return if finished?

          @ended.close
          @is_starting ? Reactor.next_tick(method(:settle)) : settle
        end

        def settle
          return if @is_settled

          @is_settled = true
          @reactor.remove(self)
          @error ? deferrable.fail(@error) : succeed
        end

        # What a callback raises is for the errbacks.
        def succeed
          deferrable.succeed(@reply)
        rescue StandardError => e
          deferrable.fail(e)
        end
      end
    end
  end
end
