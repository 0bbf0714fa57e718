# frozen_string_literal: true

require "json"
require_relative "../../spec/e2e/support/sockudo"
require_relative "../../spec/e2e/support/subscriber"
require_relative "../../spec/e2e/support/web_server"

module Demo
  # The service of the demo with --sockudo: a real Channels server, with one Node process with pusher-js per subscriber.
  # This class also serves the auth endpoint and the webhook endpoint of the application.
  class SockudoService
    FAILURES = [EndToEnd::Overdue, EndToEnd::Sockudo::Failed, EndToEnd::Subscriber::Refused,
                EndToEnd::Toolbox::Missing].freeze

    # A subscription of pusher-js, with the interface that the demo needs.
    class Listener
      Member = Struct.new(:user_id, :user_info)
      Message = Struct.new(:name, :data, :raw)

      attr_reader :member

      def initialize(subscriber, channel)
        @subscriber = subscriber
        @channel = channel
        me = subscriber.subscribed(channel)["me"]
        @member = Member.new(*me.values_at("id", "info")) if me
      end

      def wait_for(count)
        travelled = @subscriber.wire(@channel, count:)
        @subscriber.events(@channel, count:).zip(travelled).map do |(name, data), (_, raw)|
          Message.new(name, text(data), raw)
        end
      end

      private

      # pusher-js parses data that is JSON.
      def text(data)
        data.is_a?(String) ? data : JSON.generate(data)
      end
    end

    def self.run
      service = new
      service.start
      yield service
    ensure
      service&.stop
    end

    def initialize
      @responses = Queue.new
      @webhooks = EndToEnd::Inbox.new
      @subscribers = []
      @web = EndToEnd::WebServer.new { |request| respond(request) }
      @server = EndToEnd::Sockudo.new(webhooks_url: @web.url("/webhooks"), webhook_events: %w[member_added])
    end

    def start
      @server.start
    end

    def stop
      @responses.close
      @subscribers.each(&:stop)
      @server.stop
      @web.stop
    end

    def description
      versions = EndToEnd::Toolbox::VERSIONS
      "sockudo #{versions["sockudo"]}, a real Channels server, on #{@server.host}:#{@server.port}, with pusher-js " \
        "#{versions["pusher-js"]} under Node as its subscribers"
    end

    def client_options
      @server.client_options
    end

    def subscribe(channel)
      subscriber = connect
      @responses << yield(subscriber.socket_id) if block_given?
      subscriber.ask_for(channel)
      Listener.new(subscriber, channel)
    end

    def refuses?(channel, auth)
      @responses << auth
      @subscribers.last.subscribe(channel)
      false
    rescue EndToEnd::Subscriber::Refused
      true
    end

    # Returns the webhook with these events that the webhook endpoint has received.
    def webhook(*events)
      @webhooks.wait_for("a webhook with #{events}") do |requests|
        requests.find { |request| JSON.parse(request[:body])["events"] == events }
      end
    end

    def closing_remark
      "sockudo served #{@subscribers.size} pusher-js subscribers and delivered #{@webhooks.to_a.size} webhook."
    end

    private

    def connect
      @subscribers << EndToEnd::Subscriber.new(@server, channels_url: @web.url("/auth"))
      @subscribers.last
    end

    def respond(request)
      return ChannelsApi::Reply.json(@responses.pop) if request.path == "/auth"

      @webhooks << { key: request["X-Pusher-Key"], signature: request["X-Pusher-Signature"], body: request.body,
                     content_type: request["Content-Type"] }
      ChannelsApi::Reply.new
    end
  end
end
