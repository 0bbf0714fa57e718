# frozen_string_literal: true

require "puma"
require "puma/server"
require "pusher"
require "securerandom"
require_relative "../../spec/e2e/support/sockudo"
require_relative "application"

module Live
  # sockudo, and a web server with the page, both on free ports of loopback. The credentials are new in each run.
  class Service
    HOST = "127.0.0.1"
    WEBHOOKS = %w[channel_occupied channel_vacated member_added member_removed client_event].freeze

    # The client that publishes.
    attr_reader :pusher

    def self.run
      service = new
      service.start
      yield service
    ensure
      service&.stop
    end

    # The web server listens first, because sockudo needs the address for webhooks.
    def initialize
      @web = Puma::Server.new(->(environment) { @application.call(environment) })
      @web.add_tcp_listener(HOST, 0)
      @sockudo = EndToEnd::Sockudo.new(webhooks_url: "#{url}pusher/webhooks", webhook_events: WEBHOOKS)
    end

    def url
      "http://#{HOST}:#{@web.connected_ports.first}/"
    end

    def start
      @sockudo.start
      @pusher = Pusher::Client.new(**@sockudo.client_options, encryption_master_key_base64: SecureRandom.base64(32))
      @application = Application.new(@pusher)
      @web.run
    end

    def stop
      @application&.close
      @web.stop(true)
      @sockudo.stop
    end
  end
end
