# frozen_string_literal: true

require "pusher"

module Soak
  # Hundreds of requests of every kind, failing ones included.
  class Load
    SIZE = 100
    DATA = { message: "hello", list: [1, 2.5, nil] }.freeze

    def initialize(plain, secure)
      @plain = plain
      @secure = secure
      @plain.encryption_master_key = "k" * 32
    end

    def run
      80.times { |number| @plain.trigger("channel", "event", { number: }) }
      5.times { @secure.trigger("channel", "event", DATA) }
      3.times { @plain.trigger("private-encrypted-channel", "event", DATA) }
      3.times { @plain.trigger_batch([{ channel: "channel", name: "event", data: DATA }] * 3) }
      4.times { @plain.channels(filter_by_prefix: "presence-", info: %w[a b]) }
      2.times { refused }
      killed
      late
      refused_by_nobody
      [@plain, @secure].each { |client| client.sync_http_client.reset_all }
    end

    private

    def refused
      @plain.trigger("channel", "refuse", DATA)
    rescue Pusher::Error
      nil
    end

    def killed
      thread = Thread.new { @plain.trigger("channel", "hang", DATA) }
      Thread.pass until thread.stop?
      thread.kill.join
    end

    def late
      client = @plain.dup
      client.receive_timeout = 0.001
      client.trigger("channel", "hang", DATA)
    rescue Pusher::HTTPError
      nil
    end

    # A client that is created, used once and dropped, for a server that does not run.
    def refused_by_nobody
      client = Pusher::Client.new(app_id: "1", key: "key", secret: "secret", host: "127.0.0.1", port: 1, use_tls: false)
      client.trigger("channel", "event", DATA)
    rescue Pusher::HTTPError
      nil
    end
  end
end
