# frozen_string_literal: true

require_relative "requirements"

module Pusher
  module Internal
    # Support for WebMock, in any loaded version that has what {Adapter} uses.
    # @api private
    module WebMock
      missing = Requirements.missing
      if missing.empty?
        require_relative "adapter"
      else
        require_relative "unsupported"
        HTTP::Middleware.install(:webmock, Unsupported.new(missing))
      end
    end
  end
end
