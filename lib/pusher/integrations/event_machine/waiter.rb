# frozen_string_literal: true

require_relative "../../async/helper_thread"
require_relative "../../errors"
require_relative "../../http/name_resolution"

module Pusher
  module Internal
    module EventMachine
      # Waits for sockets and names on behalf of a request's fiber, while the reactor runs on. The native part finds it
      # in the fiber's variables, and calls it instead of polling.
      # @api private
      class Waiter
        # Name of the fiber variable.
        FIBER_VARIABLE = :pusher_event_machine_waiter
        # Message of the error with which requests fail when the reactor stops.
        STOPPED = "Network error connecting to pusher (the reactor was stopped)"

        # @param reactor [Reactor]
        # @param request [ReactorRequest] whose fiber waits
        def initialize(reactor, request)
          @reactor = reactor
          @request = request
        end

        # Waits for a socket. The native part calls this in the fiber.
        #
        # @param descriptor [Integer]
        # @param is_writing [Boolean] true to wait until the socket is writable, false until it is readable
        # @param seconds [Float, nil] timeout
        # @return [Boolean] false after the timeout
        def wait(descriptor, is_writing, seconds)
          watch = ::EventMachine.watch(descriptor, Watch, self)
          is_writing ? watch.notify_writable = true : watch.notify_readable = true
          suspend(watch, seconds) == :ready
        ensure
          watch&.detach
        end

        # Resolves a host name. The native part calls this in the fiber.
        #
        # @return [Array<String>, String, nil] as {HTTP::NameResolution.call}
        # @raise [Exception] what the resolver raises, unless it is a StandardError
        def resolve(host, port, seconds)
          lookup = Object.new
          # Not EM.defer: a reactor that stops while its threads work ends the process.
          resolver = HelperThread.start("pusher-resolver") { look_up(lookup, host, port) }
          addresses = suspend(lookup, seconds)
          raise addresses if addresses.is_a?(Exception)

          addresses unless addresses == :timeout
        ensure
          resolver&.kill
        end

        # Lets the reactor run for some time.
        #
        # @param seconds [Numeric]
        def pause(seconds)
          suspend(Object.new, seconds)
        end

        # Resumes the fiber with a result, unless it now waits for something else.
        #
        # @param source [Object] what the result is from
        def notify(source, result)
          @request.resume(result) if source.equal?(@source)
        end

        # Resumes the fiber, because its timeout has passed.
        def time_out
          @request.resume(:timeout) if @source
        end

        # Makes this wait and later ones fail, because the reactor stops.
        def stop
          @is_stopped = true
          @request.resume(:stopped) if @source
        end

        # The connection that EventMachine notifies when the socket is ready.
        module Watch
          # @param waiter [Waiter]
          def initialize(waiter)
            super
            @waiter = waiter
          end

          # Called by EventMachine.
          def notify_readable
            @waiter.notify(self, :ready)
          end

          # Called by EventMachine.
          def notify_writable
            @waiter.notify(self, :ready)
          end
        end

        private

        # Runs in the resolver's thread, which may be killed.
        def look_up(lookup, host, port)
          addresses, error = HelperThread.value_or_error { HTTP::NameResolution.look_up(host, port) }
        ensure
          # After a stop no fiber waits, and the block would stay in EventMachine's queue until the next run.
          Reactor.next_tick_if_running(-> { notify(lookup, error || addresses) }) unless @is_stopped
        end

        def suspend(source, seconds)
          @source = source
          @reactor.add_deadline(self, seconds)
          result = Fiber.yield unless @is_stopped
          raise Error, STOPPED if @is_stopped

          result
        ensure
          @source = nil
          @reactor.remove_deadline(self)
        end
      end
    end
  end
end
