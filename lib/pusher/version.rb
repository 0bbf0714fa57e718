# frozen_string_literal: true

module Pusher
  # The version of the gem and of its crates. The header `X-Pusher-Library` contains it.
  VERSION = "2.3.0"
end
