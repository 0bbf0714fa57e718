# frozen_string_literal: true

workers 2
threads 1, 4
bind "unix://#{ENV.fetch("PUMA_SOCKET")}"
environment "production"
# Puma 8 preloads unless it is told not to, Puma 5 only where it is told to.
preload_app! ENV.fetch("PUMA_PRELOAD") == "true"
