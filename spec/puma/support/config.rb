# frozen_string_literal: true

workers 2
threads 1, 4
bind "unix://#{ENV.fetch("PUMA_SOCKET")}"
environment "production"
