# frozen_string_literal: true

require "json"
require_relative "inbox"
require_relative "toolbox"

module EndToEnd
  # A pusher-js client in a separate Node process, which ends with this process.
  class Subscriber
    # The server or the application's auth endpoint refused it.
    class Refused < StandardError; end

    PROGRAM = File.expand_path("subscriber.js", __dir__)
    PROTOCOL = /\Apusher(_internal)?:/

    attr_reader :user

    # `server` has `host`, `port` and `key`. The urls are those of an application's endpoints. `batch`: whether channels
    # that are subscribed together are authorised by one request.
    def initialize(server, user: "ann", channels_url: nil, users_url: nil, batch: false)
      @user = user
      @reports = Inbox.new
      settings = JSON.generate(settings(server, channels_url, users_url).merge(batch:))
      @node = IO.popen(["node", PROGRAM, Toolbox.pusher_js, settings], "r+", external_encoding: Encoding::UTF_8)
      @listener = Thread.new { listen }
    end

    # The socket id; waits for the connection.
    def socket_id
      @reports.wait_for("a connection") do |reports|
        state = reports.reverse_each.find { |report| report["report"] == "state" }
        state["socket_id"] if state && state["state"] == "connected"
      end
    end

    # Subscribes and returns what pusher-js knows of the subscription: the members of a presence channel.
    def subscribe(channel)
      ask_for(channel)
      subscribed(channel)
    end

    # Subscribes without waiting; `subscribed` waits.
    def ask_for(channel)
      socket_id
      tell(do: "subscribe", channel:)
    end

    # Subscribes to several channels at once, without waiting.
    def ask_for_all(channels)
      socket_id
      tell(do: "subscribe_all", channels:)
    end

    # Waits for the subscription; for the `times`th one where pusher-js subscribes again after a reconnect.
    def subscribed(channel, times: 1)
      @reports.wait_for("a subscription to #{channel}") do |reports|
        refused = reports.find { |report| refusal?(report, channel) }
        raise Refused, JSON.generate(refused.slice("data", "error")) if refused

        reports.select { |report| event?(report, channel, "pusher:subscription_succeeded") }[times - 1]
      end["data"]
    end

    def unsubscribe(channel)
      tell(do: "unsubscribe", channel:)
    end

    # Publishes a client event, which is possible on private channels.
    def trigger(channel, name, data)
      tell(do: "trigger", channel:, name:, data:)
    end

    # Signs the user in and returns what pusher-js knows of the user, or nil if it was refused.
    def sign_in
      socket_id
      tell(do: "sign_in")
      user = @reports.wait_for("a sign-in") { |reports| find(reports, "signed_in") }["user"]
      hears_of_itself(user["id"]) if user
      user
    end

    # Names and data as pusher-js delivers them: the first `count`, or those before the event `up_to`.
    def events(channel, **limit)
      collect(channel, limit) { |report| report.values_at("name", "data") if report["report"] == "event" }
    end

    # The same as received from the server.
    def wire(channel, **limit)
      collect(channel, limit) { |report| report["frame"]&.values_at("event", "data") }
    end

    # The data of the protocol's own event on the channel, such as `pusher:member_added`.
    def notice(channel, name)
      @reports.wait_for("#{name} on #{channel}") do |reports|
        reports.find { |report| event?(report, channel, name) }
      end["data"]
    end

    # Waits for `count` events of the signed-in user and returns names and data.
    def personal(count)
      @reports.wait_for("#{count} events to the user") do |reports|
        events = reports.filter_map { |report| report.values_at("name", "data") if report["report"] == "user" }
        events = events.grep_v(->((name, _)) { name.match?(PROTOCOL) })
        events if events.size >= count
      end
    end

    # Waits until the connection is in this state, as pusher-js names it.
    def state(name)
      @reports.wait_for("the state #{name}") do |reports|
        reports.reverse_each.find { |report| report["report"] == "state" }&.fetch("state") == name
      end
    end

    def stop
      @node.close_write
      @listener.join
      @node.close
    end

    private

    def settings(server, channels_url, users_url)
      {
        key: server.key,
        options: {
          cluster: "", wsHost: server.host, wsPort: server.port, forceTLS: false, enabledTransports: ["ws"],
          channelAuthorization: { transport: "ajax", endpoint: channels_url, params: { user: } },
          userAuthentication: { transport: "ajax", endpoint: users_url, params: { user: } }
        }
      }
    end

    def tell(command)
      @node.puts(JSON.generate(command))
    end

    def listen
      while (line = @node.gets)
        @reports << JSON.parse(line)
      end
      @reports.close("the subscriber has ended")
    end

    def collect(channel, limit)
      @reports.wait_for("events on #{channel}, #{limit}") do |reports|
        events = reports.filter_map { |report| yield report if on?(report, channel) }
        events = events.reject { |name, _| name.match?(PROTOCOL) }
        size = limit[:count] || events.index { |name, _| name == limit[:up_to] }
        events.first(size) if size && events.size >= size
      end
    end

    # pusher-js subscribes to the user's own channel and says nothing about it.
    def hears_of_itself(id)
      @reports.wait_for("the events of #{id}") do |reports|
        reports.any? do |report|
          report["frame"]&.values_at("event", "channel") ==
            ["pusher_internal:subscription_succeeded", "#server-to-user-#{id}"]
        end
      end
    end

    def find(reports, kind)
      reports.find { |report| report["report"] == kind }
    end

    def on?(report, channel)
      (report["frame"] || report)["channel"] == channel
    end

    def event?(report, channel, name)
      report["report"] == "event" && on?(report, channel) && report["name"] == name
    end

    # Of the application's endpoint, or of the server, whose errors name no channel. A lost connection has a code below.
    def refusal?(report, channel)
      event?(report, channel, "pusher:subscription_error") || report.dig("error", "data", "code").to_i >= 4000
    end
  end
end
