# frozen_string_literal: true

module Pusher
  module Testing
    # What the seam has of the test mode.
    # @api private
    module Middleware
      class << self
        # @return [Boolean]
        def active? = !Scopes.current.nil?

        # @return [Internal::HTTP::Reply]
        def call(request)
          scope = Scopes.current
          scope ? scope.take(request) : yield(request)
        end

        # @return [Boolean] whether no request gets any further: none does while this is engaged
        def final? = true

        # Work that is to be done later, elsewhere, is done here and now, so that a test finds it recorded right after
        # the call: all that is left for later is what came of it. Where requests are really sent, later they will be.
        #
        # @return [#call]
        def capture(work)
          scope = Scopes.placed or return work
          return -> { Scopes.within(scope) { work.call } } unless scope.faking

          Outcome.of(work)
        end
      end
    end
    private_constant :Middleware
  end
end
