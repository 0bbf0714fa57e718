# frozen_string_literal: true

require_relative "requirements"

# Makes WebMock a layer of the seam, in whatever version it was loaded.
module Pusher
  missing = WebMockRequirements.missing
  if missing.empty?
    require_relative "adapter"
  else
    require_relative "unsupported"
    Seam.install(:webmock, UnsupportedWebMock.new(missing))
  end
end
