# frozen_string_literal: true

# Loads WebMock, this gem and the integration of both. Without this file the integration is loaded when the first client
# is created or the first request is sent. The load order of the two gems does not matter.
require "webmock" unless defined?(WebMock.globally_stub_request)
require_relative "../pusher"
require_relative "integrations/webmock/middleware"
