# frozen_string_literal: true

require_relative "../../native"

module Pusher
  module Internal
    # The middleware that passes each request to {Pusher.instrumenter}.
    # @api private
    module Instrumentation
      # The name of the event.
      EVENT = "request.pusher"

      class << self
        # @return [Boolean] false if ActiveSupport is the instrumenter and the event has no subscriber: a request then
        #   allocates nothing for it
        def active?
          instrumenter = Pusher.instrumenter
          return false unless instrumenter

          !notifications?(instrumenter) || instrumenter.notifier.listening?(EVENT)
        rescue ThreadError
          false # ActiveSupport takes a lock to look its subscribers up. A signal trap cannot take one.
        end

        # @param request [HTTP::OutgoingRequest]
        # @yieldparam request [HTTP::OutgoingRequest]
        # @return [HTTP::Reply]
        def call(request, &transport)
          instrumenter = Pusher.instrumenter
          return yield(request) unless instrumenter

          InstrumentedRequest.new(request, transport).call(instrumenter)
        end

        private

        def notifications?(instrumenter)
          # A test double of ActiveSupport::Notifications has no notifier. It is used as a custom instrumenter.
          return false unless HTTP::Middleware.notifications? && ::ActiveSupport::Notifications.equal?(instrumenter)

          instrumenter.respond_to?(:notifier)
        end
      end

      # One request inside `instrument`. The request is sent exactly once and the caller gets its reply or its error,
      # even if the instrumenter raises, does not yield or yields twice. An instrumenter's error must not hide that an
      # event was published.
      class InstrumentedRequest
        # @param request [HTTP::OutgoingRequest]
        # @param transport [Proc] sends the request
        def initialize(request, transport)
          @request = request
          @transport = transport
          view = request.view
          @payload = {
            **request.facts,
            host: view.host, port: view.port, client: view.client,
            attempt: [view.attempt, 1].max, request_bytes: view.body_bytes
          }
          @state = :unsent
        end

        # @param instrumenter [#instrument]
        # @return [HTTP::Reply]
        def call(instrumenter)
          instrument(instrumenter)
          perform
          raise @error if @error
          raise Error, "the instrumenter left its block before the request was complete" unless @state == :done

          @reply
        end

        private

        # Cannot tell an error raised by the instrumenter from a StandardError that another thread raises into this one.
        def instrument(instrumenter)
          instrumenter.instrument(EVENT, @payload) { perform }
        rescue StandardError => e
          raise if @state == :sent # The request was interrupted, for example by Thread#kill.

          log(e) unless e.equal?(@error)
        end

        def log(error)
          Pusher.logger.warn("The instrumenter failed: #{error.message} (#{error.class})")
        end

        # Sends on the first call only. Returns nil, since an instrumenter may record the value of the block.
        def perform
          return unless @state == :unsent

          @state = :sent
          timed { send_request }
          nil
        end

        def send_request
          @reply = @transport.call(@request)
          @state = :done
          add(status: @reply.status, reply_bytes: @reply.body.bytesize, attempts: @reply.attempts)
        rescue Exception => e # rubocop:disable Lint/RescueException -- raised again
          @error = e
          @state = :done
          add(error: e, attempts: HTTP::TransportFailure.attempts(e)) unless exit_of_timeout?(e)
          raise
        end

        # Since Ruby 3.3 Timeout.timeout ends its block with this exception; earlier versions use throw.
        def exit_of_timeout?(error)
          defined?(::Timeout::ExitException) && error.is_a?(::Timeout::ExitException)
        end

        def timed
          started = now
          yield
        ensure
          add(duration: now - started)
        end

        def now
          Process.clock_gettime(Process::CLOCK_MONOTONIC)
        end

        def add(facts)
          @payload.update(facts) unless @payload.frozen?
        end
      end
      private_constant :InstrumentedRequest

      HTTP::Middleware.install(:instrumentation, self)
    end
  end
end
