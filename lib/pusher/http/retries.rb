# frozen_string_literal: true

require "securerandom"
require_relative "../async/helper_thread"
require_relative "transport_failure"

module Pusher
  module Internal
    module HTTP
      # The attempts of a request whose client has `retries`. The pause in front of a retry is random ("full jitter"):
      # at most 0.1 s the first time, twice as much each time, and never more than 2 s. A `Retry-After` of the reply is
      # added to it.
      # @api private
      class Retries
        # Seconds: the longest first pause, and the longest pause.
        FIRST_PAUSE = 0.1
        LONGEST_PAUSE = 2
        # Statuses of a server that has not published the event, and of one that may have published it.
        REFUSED = [429, 503].freeze
        AMBIGUOUS = [500, 502, 504].freeze
        private_constant :FIRST_PAUSE, :LONGEST_PAUSE, :REFUSED, :AMBIGUOUS

        class << self
          # @param client [Pusher::Client, nil]
          # @return [Boolean] whether requests of this client are sent again
          def on?(client)
            client.is_a?(Pusher::Client) && client.retries >= 1
          end

          # Sends a request, and sends it again if the client has retries left for its failure.
          #
          # @param http [#reset_all] the HTTP client
          # @param view [MiddlewareRequest]
          # @yieldreturn [#status] the reply to one attempt
          # @return [#status] the last reply
          # @raise [StandardError] the last failure
          def around(http, view, &attempt)
            on?(view.client) ? new(http, view).run(&attempt) : yield
          end
        end

        # @param http [#reset_all] the HTTP client
        # @param view [MiddlewareRequest]
        def initialize(http, view)
          client = view.client
          @http = http
          @view = view
          @process = Process.pid
          @left = client.retries
          @is_ambiguous_allowed = view.verb == :get || client.retry_ambiguous
          @has_keys = client.idempotency_key
          # Read once: another thread may set it to nil.
          @deadline = client.retry_deadline&.then { |seconds| now + seconds }
          @longest_pause = FIRST_PAUSE
          # A middleware around the request may send it again: earlier retries have left their time.
          view.__send__(:seconds_left=, nil)
        end

        # @yieldreturn [#status] the reply to one attempt
        # @return [#status] the last reply
        # @raise [StandardError] the last failure
        def run(&attempt)
          reply = nil
          reply = final_reply(&attempt) until reply
          reply
        end

        private

        # An error that interrupts a pause is not taken for a failure of the attempt.
        #
        # @return [#status, nil] nil if the request must be sent again
        def final_reply
          reply = yield
        rescue StandardError => e
          raise unless again_after_failure?(e)
        else
          reply unless again_after_reply?(reply)
        end

        def again_after_reply?(reply)
          status = Response.status(reply)
          return false unless REFUSED.include?(status) || (AMBIGUOUS.include?(status) && ambiguous_allowed?)

          seconds = next_pause(Response.retry_after(reply) || 0) or return false

          Response.close_connection(@http, reply)
          pause(seconds)
        end

        def again_after_failure?(error)
          return false unless TransportFailure.wrap?(error, @http) && TransportFailure.transient?(error)
          return false unless TransportFailure.not_taken?(error) || ambiguous_allowed?

          seconds = next_pause or return false
          pause(seconds)
        end

        # Events that the application passes to {Pusher::Client#post} may lack a key.
        def ambiguous_allowed? = @is_ambiguous_allowed || (@has_keys && @view.__send__(:keys?))

        # @param at_least [Numeric] seconds
        # @return [Numeric, nil] seconds; nil without a retry left, and where nothing may wait
        def next_pause(at_least = 0)
          return if @left.zero? || forked? || HelperThread.trap?

          # Not Kernel#rand: forked processes would draw the same numbers.
          seconds = at_least + (SecureRandom.random_number * @longest_pause)
          seconds unless @deadline && now + seconds >= @deadline
        end

        # A process that was forked during the request, for example by a signal trap, leaves the retry to its parent.
        def forked? = Process.pid != @process

        # @return [Boolean] false if the pause took so long that the deadline has passed
        def pause(seconds)
          @left -= 1
          @longest_pause = [@longest_pause * 2, LONGEST_PAUSE].min
          wait(seconds) unless Middleware[:testing]&.active?
          !forked? && limit_next_attempt
        end

        # On a reactor the fiber of the request waits, and the reactor runs on.
        def wait(seconds)
          waiter = Thread.current[EventMachine::Waiter::FIBER_VARIABLE]
          waiter ? waiter.pause(seconds) : sleep(seconds)
        end

        def limit_next_attempt
          return true unless @deadline

          seconds = @deadline - now
          @view.__send__(:seconds_left=, seconds)
          seconds.positive?
        end

        def now = Process.clock_gettime(Process::CLOCK_MONOTONIC)
      end
    end
  end
end
