# frozen_string_literal: true

module Pusher
  module Testing
    # What the seam has of the test mode.
    # @api private
    module Layer
      class << self
        # @return [Boolean]
        def engaged? = !Scopes.current.nil?

        # @return [Reply]
        def call(exchange, &)
          scope = Scopes.current
          scope ? scope.take(exchange) : yield(exchange)
        end

        # Work that is done later, in the scope where it was asked for, even should that be over by then.
        #
        # @return [#call]
        def bind(work)
          scope = Scopes.placed or return work

          ->(*arguments) { Scopes.within(scope) { work.call(*arguments) } }
        end
      end
    end
    private_constant :Layer
  end
end
