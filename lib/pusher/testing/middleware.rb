# frozen_string_literal: true

module Pusher
  module Testing
    # The middleware of the test mode: replies to requests in place of the transport.
    # @api private
    module Middleware
      class << self
        # @return [Boolean]
        def active? = !Scopes.current.nil?

        # @return [Internal::HTTP::Reply]
        def call(request)
          scope = Scopes.current
          scope ? scope.perform(request) : yield(request)
        end

        # @return [Boolean] true: while it is active, it passes no request on
        def final? = true

        # Runs background work at once, so that a test finds the request recorded right after the call. The pool then
        # only reads the outcome. In a `disable!` block the work is not run: it is sent later, as in production.
        #
        # @return [#call]
        def capture(work)
          scope = Scopes.applicable or return work
          return -> { Scopes.within(scope) { work.call } } unless scope.faking?

          Outcome.of(work)
        end
      end
    end
    private_constant :Middleware
  end
end
