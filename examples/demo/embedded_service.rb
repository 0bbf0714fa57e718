# frozen_string_literal: true

require_relative "../../spec/support/channels_api"

module Demo
  # The Channels service of the demo: the project's own small endpoint, which checks every request with Ruby's OpenSSL.
  # Any other service has to answer to the same methods.
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

    # Somebody listening to the channel. For channels that ask for it, the block is the application's auth endpoint: it
    # is given the subscriber's socket id and answers with what the gem made of it.
    def subscribe(channel)
      socket_id = "#{Process.pid}.#{@sockets += 1}"
      auth = yield socket_id if block_given?
      @server.subscribe(channel, socket_id:, auth: auth && JSON.parse(JSON.generate(auth)))
    end

    # Whether the last subscriber is turned away when it tries this channel with this answer of the auth endpoint.
    def refuses?(channel, auth)
      @server.subscribe(channel, socket_id: "#{Process.pid}.#{@sockets}", auth:)
      false
    rescue ChannelsApi::Admission::Refused
      true
    end

    # What the service would send to the application's webhook endpoint.
    def webhook(*events)
      @server.webhook(*events).to_h
    end

    # What the service saw of it all.
    def closing_remark
      "The endpoint took #{@server.requests.size} requests on #{@server.connections} connections and refused " \
        "#{@server.refusals.size} of them."
    end
  end
end
