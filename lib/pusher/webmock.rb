# frozen_string_literal: true

# Loads WebMock, this gem and the integration at once. Otherwise the gem loads the integration when the first client is
# created or the first request is sent, if WebMock is loaded by then.
require "webmock" unless defined?(WebMock.globally_stub_request)
require_relative "../pusher"
require_relative "integrations/webmock/middleware"
