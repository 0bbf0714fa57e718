# frozen_string_literal: true

module ChannelsApi
  # Where a server is, in the forms that a client asks for.
  module Addressed
    def scheme
      @tls ? "https" : "http"
    end

    # What PUSHER_URL is to be.
    def url
      "#{scheme}://#{app.key}:#{app.secret}@#{host.include?(":") ? "[#{host}]" : host}:#{port}/apps/#{app.id}"
    end

    # The options of a client that talks to this endpoint.
    def client_options
      { app_id: app.id, key: app.key, secret: app.secret, host:, port:, use_tls: !@tls.nil? }
    end
  end
end
