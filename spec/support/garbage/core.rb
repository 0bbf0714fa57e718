# frozen_string_literal: true

require "pusher"
require "socket"
require_relative "../runtime/plain_scheduler"

module Garbage
  # The core of the gem: operations that return the same value every time.
  class Core
    MASTER_KEY = "k" * 32
    DATA = { message: "grüße", list: [1, 2.5, nil, true], deep: { "a" => %w[b c] } }.freeze
    WEBHOOK = '{"time_ms":1,"events":[{"name":"channel_occupied","channel":"c"}]}'

    def initialize(client, port_of_nobody)
      @client = client
      @client.encryption_master_key = MASTER_KEY
      @port_of_nobody = port_of_nobody
    end

    # The operations by name, in order.
    def operations
      public_methods(false).grep_v(/\Aoperations\z/).to_h { |name| [name.to_s.tr("_", " "), method(name)] }
    end

    def triggers
      [@client.trigger("channel", "event", DATA), @client.trigger(%i[a b], "event", "text", { socket_id: "1.1" })]
    end

    def batches
      events = Array.new(15) { |number| { channel: "c#{number}", name: "e", data: { number: } } }
      @client.trigger_batch(events, { "channel" => "d", "name" => "e" })
    end

    def encrypted_events
      @client.trigger("private-encrypted-channel", "event", DATA)
    end

    def channel_objects
      [@client["channel"].trigger("event", DATA), @client.channel("x" * 200).name]
    end

    def queries
      [@client.channels(filter_by_prefix: "ü", info: %w[a b]), @client.channel_info("c", info: "x").keys,
       @client.get("/channels/c/users", "Mixed" => nil)]
    end

    def refusals
      [400, 401, 403, 404, 413, 500].map do |status|
        error_of { @client.trigger("channel", "status #{status}", DATA) }
      end
    end

    def bad_arguments
      [error_of { @client.trigger("channel", "event", Float::NAN) },
       error_of { @client.trigger("channel", "event", "data", { "\xff" => 1 }) },
       error_of { @client.trigger(["c"] * 101, "event", "data") },
       error_of { @client.get("/a b") },
       error_of { @client.authenticate("channel", "nonsense") }]
    end

    def broken_connections
      [error_of { @client.trigger("channel", "drop", DATA) },
       error_of { @client.dup.tap { |client| client.port = @port_of_nobody }.trigger("channel", "event", DATA) }]
    end

    def timeouts
      error_of { @client.dup.tap { |client| client.receive_timeout = 0.05 }.trigger("channel", "hang", DATA) }
    end

    def kills
      thread = Thread.new { @client.trigger("channel", "hang", DATA) }
      Thread.pass until thread.stop?
      thread.kill.join
      @client.trigger("channel", "event", DATA)
    end

    def threads
      Array.new(3) { |number| Thread.new { @client.trigger("channel", "event", "t#{number}") } }.map(&:value)
    end

    def fibers
      Thread.new do
        Fiber.set_scheduler(PlainScheduler.new)
        replies = []
        3.times { Fiber.schedule { replies << @client.trigger("channel", "event", "f") } }
        Fiber.set_scheduler(nil)
        replies
      end.value
    end

    def names_to_resolve
      @client.dup.tap { |client| client.host = "localhost" }.trigger("channel", "event", DATA)
    end

    def every_step
      client = @client.dup
      client.define_singleton_method(:resource) { |path| super(path) }
      [client.trigger("channel", "event", DATA), client.channels(info: "a")]
    end

    def authorisations
      [@client.authenticate("private-c", "1.1"), @client.authenticate("private-encrypted-c", "1.1"),
       @client.authenticate("presence-c", "1.1", { user_id: "1", user_info: DATA }),
       @client.authenticate_user("1.1", { id: "1", info: DATA })]
    end

    def webhooks
      signature = OpenSSL::HMAC.hexdigest("SHA256", @client.secret, WEBHOOK)
      webhook = @client.webhook(key: @client.key, signature:, body: WEBHOOK, content_type: "application/json")
      [webhook.valid?, webhook.events, webhook.time.to_f]
    end

    def signatures
      request = Pusher::Signature::Request.new("POST", "/path", { "List" => [1, "ü"], "none" => nil })
      token = Pusher::Signature::Token.new("key", "secret")
      request.sign(token)
      [request.authenticate_by_token(token), token.sign(request).size, request.signed_params.keys.map(&:to_s).sort]
    end

    def settings
      copy = @client.dup
      copy.sync_http_client.ssl_config.verify_mode = OpenSSL::SSL::VERIFY_NONE
      copy.timeout = 7
      [copy.sync_http_client.dup.receive_timeout, copy.inspect, copy.sync_http_client.reset_all]
    end

    private

    # Facts of an error and of its cause.
    def error_of
      yield
    rescue StandardError => e
      facts = [e.class, e.message, e.cause&.class]
      e.is_a?(Pusher::Error) ? [*facts, e.status, e.body, e.retry_after] : facts
    end
  end
end
