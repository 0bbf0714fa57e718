# frozen_string_literal: true

# The name under which applications require the signing of requests.
require_relative "pusher"
