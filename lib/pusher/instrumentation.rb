# frozen_string_literal: true

require_relative "native"

module Pusher
  # The layer of the {Seam} that shows every request to {Pusher.instrumenter}.
  # @api private
  module Instrumentation
    # The name of the event.
    EVENT = "request.pusher"

    class << self
      # With ActiveSupport there and nobody who listens, nothing is built.
      #
      # @return [Boolean]
      def engaged?
        instrumenter = Pusher.instrumenter
        return false unless instrumenter

        !notifications?(instrumenter) || instrumenter.notifier.listening?(EVENT)
      rescue ThreadError
        false # In a signal trap ActiveSupport cannot take the lock by which it looks its subscribers up.
      end

      # @param exchange [Exchange]
      # @yieldparam exchange [Exchange]
      # @return [Reply]
      def call(exchange, &request)
        instrumenter = Pusher.instrumenter
        return yield(exchange) unless instrumenter

        Observation.new(exchange, request).by(instrumenter)
      end

      private

      def notifications?(instrumenter)
        # A double in its place has no notifier: it is an instrumenter like any other.
        return false unless Seam.notifications? && ::ActiveSupport::Notifications.equal?(instrumenter)

        instrumenter.respond_to?(:notifier)
      end
    end

    # One request, made while an instrumenter looks on. Whatever that does, the request is sent once, and its reply or
    # its error is the caller's: an event that was published must not look as if it was not.
    class Observation
      # @param exchange [Exchange]
      # @param request [Proc] sends it
      def initialize(exchange, request)
        @exchange = exchange
        @request = request
        @payload = { **exchange.facts, request_bytes: exchange.body.to_s.bytesize }
        @state = :waiting
      end

      # @param instrumenter [#instrument]
      # @return [Reply]
      def by(instrumenter)
        show(instrumenter)
        perform
        raise @error if @error
        raise Error, "the instrumenter did not let the request come to its end" unless @state == :done

        @reply
      end

      private

      # An error of the instrumenter's own, and a StandardError that is raised into the thread while it has its turn,
      # look the same.
      def show(instrumenter)
        instrumenter.instrument(EVENT, @payload) { perform }
      rescue StandardError => e
        raise if @state == :sent # It took the place of what cut the request off, such as Thread#kill.

        complain_of(e) unless e.equal?(@error)
      end

      def complain_of(error)
        Pusher.logger.warn("The instrumenter failed: #{error.message} (#{error.class})")
      end

      # The first time only, and for nothing: instrumenters may show what a block returns.
      def perform
        return unless @state == :waiting

        @state = :sent
        timed { request }
        nil
      end

      def request
        @reply = @request.call(@exchange)
        @state = :done
        note(status: @reply.status, reply_bytes: @reply.body.bytesize, attempts: @reply.attempts)
      rescue Exception => e # rubocop:disable Lint/RescueException -- it is raised again
        @error = e
        @state = :done
        note(error: e, attempts: Internal::TransportFailure.attempts(e)) unless timeouts_way_out?(e)
        raise
      end

      # How `Timeout.timeout` leaves its block: an exception from Ruby 3.3 on, and before that nothing of the kind.
      def timeouts_way_out?(error)
        defined?(Timeout::ExitException) && error.is_a?(Timeout::ExitException)
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

    Seam.install(:instrumentation, self)
  end
  private_constant :Instrumentation
end
