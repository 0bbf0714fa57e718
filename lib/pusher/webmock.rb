# frozen_string_literal: true

# Loads WebMock and this gem, and brings them together at once. Otherwise they find each other by themselves, in
# whatever order they are loaded: at the latest when a client is made or a request is sent.
require "webmock" unless defined?(WebMock.globally_stub_request)
require_relative "../pusher"
require_relative "integrations/webmock/middleware"
