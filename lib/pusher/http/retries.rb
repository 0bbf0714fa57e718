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
            client.is_a?(Pusher::Client) && client.__send__(:retries?)
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
          @left = client.retries
          @is_ambiguous_allowed = view.verb == :get || client.retry_ambiguous || client.idempotency_key
          @deadline = now + client.retry_deadline if client.retry_deadline
          @longest_pause = FIRST_PAUSE
        end

        # @yieldreturn [#status] the reply to one attempt
        # @return [#status] the last reply
        # @raise [StandardError] the last failure
        def run
          is_again = true
          while is_again
            begin
              reply = yield
              is_again = again_after_reply?(reply)
            rescue StandardError => e
              raise unless again_after_failure?(e)
            end
          end
          reply
        end

        private

        def again_after_reply?(reply)
          status = Response.status(reply)
          return false unless REFUSED.include?(status) || (@is_ambiguous_allowed && AMBIGUOUS.include?(status))

          seconds = next_pause(Response.retry_after(reply) || 0) or return false

          Response.close_connection(@http, reply)
          pause(seconds)
        end

        def again_after_failure?(error)
          return false unless TransportFailure.wrap?(error, @http) && TransportFailure.transient?(error)
          return false unless @is_ambiguous_allowed || TransportFailure.not_taken?(error)

          seconds = next_pause or return false
          pause(seconds)
        end

        # @param at_least [Numeric] seconds
        # @return [Numeric, nil] seconds; nil without a retry left, and where nothing may wait
        def next_pause(at_least = 0)
          return if @left.zero? || HelperThread.trap?

          # Not Kernel#rand: forked processes would draw the same numbers.
          seconds = at_least + (SecureRandom.random_number * @longest_pause)
          seconds unless @deadline && now + seconds >= @deadline
        end

        # @return [Boolean] false if the pause took so long that the deadline has passed
        def pause(seconds)
          @left -= 1
          @longest_pause = [@longest_pause * 2, LONGEST_PAUSE].min
          wait(seconds) unless Middleware[:testing]&.active?
          limit_next_attempt
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
