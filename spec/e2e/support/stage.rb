# frozen_string_literal: true

require_relative "application"
require_relative "endpoints"
require_relative "sockudo"

module EndToEnd
  # A server and an application that uses the gem, shared by all examples.
  class Stage
    WEBHOOKS = %w[channel_occupied channel_vacated member_added member_removed client_event].freeze
    MASTER_KEY = "YSBtYXN0ZXIga2V5IG9mIDMyIGJ5dGVzLCBzZWNyZXQ="

    class << self
      def current
        @current ||= new
      end

      def close
        @current&.stop
        @current = nil
      end
    end

    attr_reader :server, :pusher, :application, :endpoints

    def initialize
      @pusher = Pusher::Client.new(encryption_master_key_base64: MASTER_KEY)
      @application = Application.new(@pusher)
      @endpoints = Endpoints.new(@pusher)
      @server = Sockudo.new(webhooks_url: @application.webhooks_url, webhook_events: WEBHOOKS)
      @server.start
      configure
    end

    # Options of a client like the application's.
    def client_options
      server.client_options.merge(encryption_master_key_base64: MASTER_KEY)
    end

    def stop
      server.stop
      application.stop
      endpoints.stop
    end

    private

    # The application's address is in the server's configuration, and the server's in the application's.
    def configure
      options = server.client_options
      pusher.use_tls = options.delete(:use_tls)
      options.each { |name, value| pusher.public_send("#{name}=", value) }
    end
  end
end
