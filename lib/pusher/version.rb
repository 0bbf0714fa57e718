# frozen_string_literal: true

module Pusher
  # The version of the gem, of its crates, and what `X-Pusher-Library` says.
  VERSION = "2.2.0"
end
