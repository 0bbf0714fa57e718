# frozen_string_literal: true

require_relative "../../async/helper_thread"
require_relative "../../errors"
require_relative "../../http/name_resolution"

module Pusher
  module Internal
    module EventMachine
      # What the fiber of a request on the reactor of EventMachine waits by. The native part finds it among the fiber's
      # variables, and asks it instead of polling: the reactor goes on meanwhile.
      # @api private
      class Waiter
        # The name of that variable.
        KEY = :pusher_event_machine_waiter

        # @param reactor [Reactor]
        # @param request [ReactorRequest] whose fiber waits
        def initialize(reactor, request)
          @reactor = reactor
          @request = request
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
        # A thread of EventMachine's own (`EM.defer`) would end the process where the reactor stops meanwhile.
        #
        # @return [Array<String>, String, nil] as {HTTP::NameResolution.call}
        # @raise [Exception] what the resolver raised that is no StandardError
        def resolve(host, port, seconds)
          question = Object.new
          resolver = HelperThread.start("pusher-names") do
            answer(question) do
              HTTP::NameResolution.look_up(host, port)
            end
          end
          addresses = pause(question, seconds)
          raise addresses if addresses.is_a?(Exception)

          addresses unless addresses == :late
        ensure
          resolver&.kill
        end

        # News from what the fiber waits for, or waited for once.
        def tell(source, news)
          @request.advance(news) if source.equal?(@source)
        end

        # The time is up for what the fiber waits for.
        def late
          @request.advance(:late) if @source
        end

        # The reactor ends: from now on nothing is waited for.
        def stop
          @is_stopped = true
          @request.advance(:stopped) if @source
        end

        # Tells that a socket is ready.
        module Watch
          # @param host [Waiter]
          def initialize(host)
            super
            @host = host
          end

          # EventMachine calls this when there is something to read.
          def notify_readable
            @host.tell(self, :ready)
          end

          # EventMachine calls this when there is room to write.
          def notify_writable
            @host.tell(self, :ready)
          end
        end

        private

        # Hands the outcome of the block to the fiber: called in the thread of a resolver, which may be killed.
        def answer(question, &work)
          addresses, error = HelperThread.outcome_of(&work)
        ensure
          # Without a fiber that waits, it would stay in EventMachine's queue until the next run.
          Reactor.hand_over(-> { tell(question, error || addresses) }) unless @is_stopped
        end

        def pause(source, seconds)
          @source = source
          @reactor.wake(self, seconds)
          news = Fiber.yield unless @is_stopped
          raise Error, "Network error connecting to pusher (the reactor was stopped)" if @is_stopped

          news
        ensure
          @source = nil
          @reactor.forget(self)
        end
      end
    end
  end
end
