# frozen_string_literal: true

require "json"
require "rack"

module Live
  # What the buttons of the page make the server do.
  class Actions
    CHANNELS = %w[news private-team presence-room private-encrypted-vault].freeze
    MAX_BYTES = 65_536

    # @param pusher [Pusher::Client]
    # @param visitors [Visitors]
    def initialize(pusher, visitors)
      @pusher = pusher
      @visitors = visitors
    end

    def call(environment)
      request = Rack::Request.new(environment)
      return reply(405, error: "Use POST.") unless request.post?
      return reply(200, **welcome) if request.path_info == "/visit"

      visitor = @visitors.of(request)
      visitor ? act(request, visitor) : reply(403, error: "The server was restarted. Load the page again.")
    rescue JSON::ParserError, KeyError => e
      reply(400, error: e.message)
    rescue Pusher::Error => e
      reply(502, error: e.message)
    end

    private

    def act(request, visitor)
      case request.path_info
      when "/publish" then publish(**fields(request, :channel, :event, :data))
      when "/notify" then @pusher.send_to_user(visitor.id, "invoice", { to: visitor.name, sum: 12 })
      when "/disconnect" then @pusher.terminate_user_connections(visitor.id)
      else return reply(404, error: "There is no such action.")
      end
      reply(200)
    end

    # pusher-js parses data that is JSON, so the text is published as it is.
    def publish(channel:, event:, data:)
      raise KeyError, "The page has no channel #{channel}" unless CHANNELS.include?(channel)

      @pusher.trigger(channel, event, data)
    end

    def fields(request, *names)
      given = JSON.parse(request.body&.read(MAX_BYTES).to_s)
      names.to_h { |name| [name, given.fetch(name.to_s).to_s] }
    end

    # What the page needs to connect.
    def welcome
      token, visitor = @visitors.add
      { token:, visitor: visitor.to_h, key: @pusher.key, host: @pusher.host, port: @pusher.port, channels: CHANNELS }
    end

    def reply(status, **fields)
      [status, { "content-type" => "application/json", "cache-control" => "no-store" }, [JSON.generate(fields)]]
    end
  end
end
