# frozen_string_literal: true

require_relative "../channels_api"
require_relative "../endpoint_process"

module Garbage
  # An endpoint that checks every request, replies as the event's name says, and records what it was sent.
  class CoreEndpoint < EndpointProcess
    # The replies by event name.
    STATUS = /"name":"status (\d+)"/
    DROP = '"name":"drop"'
    HANG = '"name":"hang"'
    CHANNELS = ChannelsApi::Reply.json({ "channels" => { "presence-a" => { "user_count" => 3 } }, "more" => [1, "ü"] })

    def self.run(**options)
      endpoint = new(**options)
      yield endpoint
    ensure
      endpoint&.stop
    end

    def initialize(tls: nil)
      @tls = tls
      super()
    end

    # The requests so far.
    def requests
      wait_for(0)
    end

    private

    def serve(control, report)
      server = ChannelsApi::Server.start(tls: @tls)
      server.reply_with(times: nil) { |request| respond(request) }
      send(report, server.client_options)
      send(report, server.requests.map { |request| facts(request) }) while control.gets
      server.stop
      exit!(0)
    end

    def facts(request)
      query = request.params.reject { |name, _| name.match?(/\Aauth_(timestamp|signature)\z/) }
      [request.verb, request.path, query, request.body]
    end

    def respond(request)
      return CHANNELS if request.verb == "GET"
      return ChannelsApi::Script::Hang.new if request.body.include?(HANG)
      return ChannelsApi::Script::RawBytes.new("", true) if request.body.include?(DROP)

      status = request.body[STATUS, 1]
      if status
        ChannelsApi::Reply.text(status.to_i,
                                "said #{status}")
      else
        ChannelsApi::Reply.json({ "ok" => { "a" => 1 } })
      end
    end
  end
end
