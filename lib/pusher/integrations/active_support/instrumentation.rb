# frozen_string_literal: true

require_relative "../../native"

module Pusher
  module Internal
    # The middleware that reports each request to {Pusher.instrumenter}.
    # @api private
    module Instrumentation
      # The name of the event.
      EVENT = "request.pusher"

      class << self
        # @return [Boolean] false where ActiveSupport is the instrumenter and nobody subscribes, so nothing is built
        def active?
          instrumenter = Pusher.instrumenter
          return false unless instrumenter

          !notifications?(instrumenter) || instrumenter.notifier.listening?(EVENT)
        rescue ThreadError
          false # ActiveSupport looks its subscribers up under a lock, which a signal trap cannot take.
        end

        # @param request [HTTP::OutgoingRequest]
        # @yieldparam request [HTTP::OutgoingRequest]
        # @return [HTTP::Reply]
        def call(request, &transport)
          instrumenter = Pusher.instrumenter
          return yield(request) unless instrumenter

          Observation.new(request, transport).by(instrumenter)
        end

        private

        def notifications?(instrumenter)
          # A test double for ActiveSupport::Notifications has no notifier. It counts as any other instrumenter.
          return false unless HTTP::Middleware.notifications? && ::ActiveSupport::Notifications.equal?(instrumenter)

          instrumenter.respond_to?(:notifier)
        end
      end

      # One request inside `instrument`. A faulty instrumenter must not make a published event look unpublished: the
      # request is sent exactly once, and the caller gets its reply or its error.
      class Observation
        # @param request [HTTP::OutgoingRequest]
        # @param transport [Proc] sends the request
        def initialize(request, transport)
          @request = request
          @transport = transport
          @payload = { **request.facts, request_bytes: request.body.to_s.bytesize }
          @state = :waiting
        end

        # @param instrumenter [#instrument]
        # @return [HTTP::Reply]
        def by(instrumenter)
          instrument(instrumenter)
          perform
          raise @error if @error
          raise Error, "the instrumenter left its block before the request was complete" unless @state == :done

          @reply
        end

        private

        # An error raised by the instrumenter and a StandardError raised into the thread during `instrument` look the
        # same here.
        def instrument(instrumenter)
          instrumenter.instrument(EVENT, @payload) { perform }
        rescue StandardError => e
          raise if @state == :sent # It replaces whatever interrupted the request, such as Thread#kill.

          log(e) unless e.equal?(@error)
        end

        def log(error)
          Pusher.logger.warn("The instrumenter failed: #{error.message} (#{error.class})")
        end

        # Sends on the first call only. Returns nil, since an instrumenter may record what its block returns.
        def perform
          return unless @state == :waiting

          @state = :sent
          timed { send_request }
          nil
        end

        def send_request
          @reply = @transport.call(@request)
          @state = :done
          note(status: @reply.status, reply_bytes: @reply.body.bytesize, attempts: @reply.attempts)
        rescue Exception => e # rubocop:disable Lint/RescueException -- raised again
          @error = e
          @state = :done
          note(error: e, attempts: HTTP::TransportFailure.attempts(e)) unless exit_of_timeout?(e)
          raise
        end

        # From Ruby 3.3 on Timeout.timeout leaves its block by an exception; before that it uses throw.
        def exit_of_timeout?(error)
          defined?(::Timeout::ExitException) && error.is_a?(::Timeout::ExitException)
        end

        def timed
          started = now
          yield
        ensure
          note(duration: now - started)
        end

        def now
          Process.clock_gettime(Process::CLOCK_MONOTONIC)
        end

        def note(facts)
          @payload.update(facts) unless @payload.frozen?
        end
      end
      private_constant :Observation

      HTTP::Middleware.install(:instrumentation, self)
    end
  end
end
