# frozen_string_literal: true

require_relative "../errors"
require_relative "../name_resolution"

module Pusher
  class Async
    # A request on the reactor of EventMachine: a fiber that the native part has wait here, so that the reactor goes on.
    # @api private
    class ReactorRequest
      # The native part asks a fiber for what it waits by under this name.
      HOST = :pusher_reactor_request

      # @return [Reactor]
      attr_accessor :reactor
      # @return [EventMachine::DefaultDeferrable]
      attr_reader :deferrable
      # @return [Error, nil] what the request failed with
      attr_reader :error

      # @param exchange [Exchange] the request
      # @param work [#call] sends it and returns the parsed reply
      def initialize(exchange, work)
        @exchange = exchange
        @work = work
        @deferrable = ::EventMachine::DefaultDeferrable.new
        @ended = Thread::Queue.new
      end

      # Called on the reactor's thread, which may be in the caller's own code at this moment.
      def start
        return if @fiber || finished?

        @fiber = Fiber.new { carry_out }
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
        return advance(:stopped) if @fiber

        @error = stopped
        finish
      end

      # @return [Boolean]
      def finished? = @ended.closed?

      # Waits until the request has ended: not on the reactor's thread.
      def join
        @ended.pop unless finished?
        self
      end

      # @return [Boolean] whether the caller may wait for the request without keeping it from being sent
      def awaitable? = !::EventMachine.reactor_thread?

      # @return [Boolean] the same: errbacks learn of every failure
      def gone? = finished?

      # Errbacks learn of that as well.
      def give_up; end

      # @return [Hash] what may be told of the request
      def facts = @exchange.facts

      # @return [String] without the query, which is signed
      def inspect
        "#<#{self.class} #{@exchange.verb} #{@exchange.path}>"
      end

      # Waits for a socket: called by the native part, in the fiber.
      #
      # @param descriptor [Integer]
      # @param is_writing [Boolean] whether for room to write, else for something to read
      # @param seconds [Float, nil]
      # @return [Boolean] false where the time was up
      def wait(descriptor, is_writing, seconds)
        watch = ::EventMachine.watch(descriptor, Watch, self)
        is_writing ? watch.notify_writable = true : watch.notify_readable = true
        pause(watch, seconds) == :ready
      ensure
        watch&.detach
      end

      # Resolves a host name: called by the native part, in the fiber.
      #
      # @return [Array<String>, String, nil] as {NameResolution.call}
      def resolve(host, port, seconds)
        question = Object.new
        ::EventMachine.defer(-> { NameResolution.look_up(host, port) }, ->(answer) { tell(question, answer) })
        answer = pause(question, seconds)
        answer unless answer == :late
      end

      # The time is up for what the fiber waits for.
      def late
        advance(:late) if @source
      end

      # News from what the fiber waits for, or waited for once.
      def tell(source, news)
        advance(news) if source.equal?(@source)
      end

      # Tells its request that a socket is ready.
      module Watch
        # @param request [ReactorRequest]
        def initialize(request)
          super
          @request = request
        end

        # EventMachine calls this when there is something to read.
        def notify_readable
          @request.tell(self, :ready)
        end

        # EventMachine calls this when there is room to write.
        def notify_writable
          @request.tell(self, :ready)
        end
      end

      private

      def pause(source, seconds)
        @source = source
        reactor.wake(self, seconds)
        news = Fiber.yield
        raise stopped if news == :stopped

        news
      ensure
        @source = nil
        reactor.forget_wait(self)
      end

      def stopped
        Error.new("Network error connecting to pusher (the reactor was stopped)")
      end

      def carry_out
        Thread.current[HOST] = self
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
        reactor.remove(self)
        error ? deferrable.fail(error) : succeed
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
