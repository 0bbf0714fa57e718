# frozen_string_literal: true

require_relative "../../spec/support/channels_api"

module Demo
  # The default service of the demo: a small endpoint that is part of this project. It checks every request with Ruby's
  # OpenSSL. Other services implement the same methods.
  class EmbeddedService
    FAILURES = [ChannelsApi::Ledger::Overdue, ChannelsApi::Server::Failed].freeze

    def self.run
      ChannelsApi::Server.run { |server| yield new(server) }
    end

    def initialize(server)
      @server = server
      @sockets = 0
    end

    def description
      "a small Channels API endpoint in plain Ruby on #{@server.host}:#{@server.port}, which checks every signature, " \
        "body digest and escape with Ruby's OpenSSL"
    end

    def client_options
      @server.client_options
    end

    # Returns a new subscriber of the channel. For channels that need authorisation, the block is the auth endpoint: it
    # takes the socket id and returns the authorisation.
    def subscribe(channel)
      socket_id = "#{Process.pid}.#{@sockets += 1}"
      auth = yield socket_id if block_given?
      @server.subscribe(channel, socket_id:, auth: auth && JSON.parse(JSON.generate(auth)))
    end

    # Whether the service refuses to subscribe the last subscriber to this channel with this authorisation.
    def refuses?(channel, auth)
      @server.subscribe(channel, socket_id: "#{Process.pid}.#{@sockets}", auth:)
      false
    rescue ChannelsApi::Admission::Refused
      true
    end

    # Returns the webhook that the service would send for these events.
    def webhook(*events)
      @server.webhook(*events).to_h
    end

    # Summarises what the service has received.
    def closing_remark
      "The endpoint received #{@server.requests.size} requests on #{@server.connections} connections and refused " \
        "#{@server.refusals.size} of them."
    end
  end
end
