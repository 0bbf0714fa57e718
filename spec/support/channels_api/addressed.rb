# frozen_string_literal: true

module ChannelsApi
  # The address of a server, in the forms that a client takes.
  module Addressed
    def scheme
      @tls ? "https" : "http"
    end

    # For PUSHER_URL.
    def url
      "#{scheme}://#{app.key}:#{app.secret}@#{host.include?(":") ? "[#{host}]" : host}:#{port}/apps/#{app.id}"
    end

    # Options of a client for this endpoint.
    def client_options
      { app_id: app.id, key: app.key, secret: app.secret, host:, port:, use_tls: !@tls.nil? }
    end
  end
end
