# frozen_string_literal: true

require_relative "requirements"

module Pusher
  module Internal
    # The WebMock integration. It works with every WebMock that has the parts listed in {Requirements}.
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
