# frozen_string_literal: true

require "rbconfig"
require "socket"

module Bench
  # The memory of 10,000 queued events, with a server that does not reply.
  module QueueMemory
    EVENTS = 10_000
    PROGRAM = <<~RUBY.freeze
      require "pusher"
      require #{File.join(ROOT, "spec/support/cost").inspect}
      client = Pusher::Client.from_url(ARGV.first)
      client.timeout = 600
      Pusher.async_exit_timeout = 0
      rss = -> { GC.start; File.read("/proc/self/status")[/VmRSS:\\s*(\\d+)/, 1].to_i }
      10.times { client.trigger_async("channel", "event", Cost::DATA) }
      before = rss.call
      #{EVENTS}.times { client.trigger_async("channel", "event", Cost::DATA) }
      puts rss.call - before
    RUBY

    module_function

    def run
      return Bench.skip("memory of the queue", needs: "/proc") unless File.readable?("/proc/self/status")

      server = TCPServer.new("127.0.0.1", 0)
      kibibytes = measure("http://key:secret@127.0.0.1:#{server.local_address.ip_port}/apps/1")
      puts "", format("%<events>d queued events take %<mebibytes>.1f MiB, %<each>.1f KiB each.",
                      events: EVENTS, mebibytes: kibibytes / 1024.0, each: kibibytes.to_f / EVENTS)
    ensure
      server&.close
    end

    def measure(url)
      IO.popen([RbConfig.ruby, "-I", File.join(ROOT, "lib"), "-e", PROGRAM, url], &:read).to_i
    end
  end
end
