# frozen_string_literal: true

workers 2
threads 1, 4
bind "unix://#{ENV.fetch("PUMA_SOCKET")}"
environment "production"
# Explicit, since the default differs: Puma 8 preloads, Puma 5 does not.
preload_app! ENV.fetch("PUMA_PRELOAD") == "true"
