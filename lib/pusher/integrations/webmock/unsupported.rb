# frozen_string_literal: true

require_relative "../../errors"

module Pusher
  module Internal
    module WebMock
      # The middleware for a WebMock version that the {Adapter} cannot use. It refuses every request: a test suite that
      # expects its requests to be stubbed must not reach the real service.
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
          raise Error, "pusher #{VERSION} does not support WebMock #{::WebMock::VERSION}, which lacks " \
                       "WebMock::#{@missing.join(", WebMock::")}. No request is sent while it is loaded. Use another " \
                       "version of WebMock or of pusher."
        end
        alias preflight call
      end
    end
  end
end
