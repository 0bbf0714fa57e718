# frozen_string_literal: true

require_relative "../../errors"

module Pusher
  module Internal
    module WebMock
      # Stands in the {HTTP::Middleware} for a WebMock that this version of the gem cannot work with. Requests are refused: a test suite
      # that stubs them must not reach a real service instead.
      # @api private
      class Unsupported
        # @param missing [Array<String>] parts of WebMock
        def initialize(missing)
          @missing = missing
        end

        # @return [true]
        def active? = true

        # @raise [Error] always
        def call(*)
          raise Error, "WebMock #{::WebMock::VERSION} does not work with pusher #{VERSION}, so no request is sent while " \
                       "it is loaded: it has no WebMock::#{@missing.join(", no WebMock::")}. Use another version of one " \
                       "of them."
        end
        alias preflight call
      end
    end
  end
end
