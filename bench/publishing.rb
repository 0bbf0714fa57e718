# frozen_string_literal: true

require "socket"

module Bench
  # How many events are published per second to a server that takes 20 ms for each reply: one by one, with `batch`, with
  # the thread pool, and with a thread pool that sends several events with one request.
  module Publishing
    EVENTS = 10_000
    # So small that the caller waits for the threads most of the time. Otherwise its computing, during which Ruby's lock
    # keeps the threads from continuing, is measured as well.
    QUEUE_SIZE = 500
    CHANNELS = 100
    ROUNDS = 3
    PAUSE = 0.02

    # A server in a process of its own.
    class SlowServer
      REPLY = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"

      # @param pause [Float] seconds until a reply
      def self.run(pause)
        listener = TCPServer.new("127.0.0.1", 0)
        server = fork { new(listener, pause).serve }
        yield listener.local_address.ip_port
      ensure
        listener&.close
        Process.kill(:KILL, server) && Process.wait(server) if server
      end

      def initialize(listener, pause)
        @listener = listener
        @pause = pause
      end

      def serve
        loop { Thread.new(@listener.accept) { |socket| reply_on(socket) } }
      end

      private

      def reply_on(socket)
        socket.setsockopt(:TCP, :NODELAY, true)
        while (head = socket.gets("\r\n\r\n"))
          socket.read(head[/^content-length: *(\d+)/i, 1].to_i)
          sleep(@pause)
          socket.write(REPLY)
        end
      rescue SystemCallError
        nil # The client has closed the connection.
      end
    end

    module_function

    def run
      Bench.heading("Events on #{CHANNELS} channels to a server that takes 20 ms for each reply: best of #{ROUNDS}")
      rates = SlowServer.run(PAUSE) { |port| measure_all(client_of(port)) }
      rates.each do |name, rate|
        puts format("%<name>-22s %<rate>8d events/s %<ratio>8.1f x the pool", name:, rate:, ratio: rate / rates["pool"])
      end
      rates
    end

    def client_of(port)
      Pusher::Client.from_url("http://key:secret@127.0.0.1:#{port}/apps/1").tap { |client| client.timeout = 60 }
    end

    def measure_all(client)
      {
        "trigger" => rate(EVENTS / 100) { |count| one_by_one(client, count) },
        "batch" => rate(EVENTS / 10) { |count| in_batch(client, count) },
        "pool" => rate(EVENTS / 10) { |count| in_background(client, count, 1) },
        "pool, ten together" => rate(EVENTS) { |count| in_background(client, count, 10) }
      }
    end

    def rate(count)
      Array.new(ROUNDS) do
        started = Bench.now
        yield count
        count / (Bench.now - started)
      end.max
    end

    def one_by_one(client, count)
      count.times { |number| client.trigger(channel(number), "e", Cost::DATA) }
    end

    def in_batch(client, count)
      client.batch { |batch| count.times { |number| batch.trigger(channel(number), "e", Cost::DATA) } }
    end

    def in_background(client, count, batch_size)
      Pusher.async_queue_size = QUEUE_SIZE
      Pusher.async_batch_size = batch_size
      count.times { |number| client.trigger_async(channel(number), "e", Cost::DATA) }
      Pusher.flush
    ensure
      Pusher.async_batch_size = 1
      Pusher.async_queue_size = 10_000
    end

    def channel(number) = "channel-#{number % CHANNELS}"
  end
end
