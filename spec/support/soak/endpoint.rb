# frozen_string_literal: true

require "openssl"
require "socket"
require_relative "../channels_api"

module Soak
  # A fast server in a separate process that records nothing. The event's name decides whether a request gets a
  # result, is refused or hangs.
  class Endpoint
    REPLY = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n{\"channels\":{}}"
    REFUSAL = "HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\nno"

    attr_reader :options

    def self.run(tls: nil)
      endpoint = new(tls)
      yield endpoint
    ensure
      endpoint&.stop
    end

    def initialize(tls)
      app = ChannelsApi::App.default
      listener = TCPServer.new("127.0.0.1", 0)
      @options = { app_id: app.id, key: app.key, secret: app.secret, host: "127.0.0.1", use_tls: !tls.nil?,
                   port: listener.local_address.ip_port }
      @alive, @life = IO.pipe
      @pid = fork { serve(listener, tls&.context) }
      [listener, @alive].each(&:close)
    end

    def stop
      @life.close
      Process.wait(@pid)
    end

    private

    # Blocks until the parent closes the pipe or ends.
    def serve(listener, context)
      @life.close
      Thread.new { loop { accept(listener.accept, context) } }
      @alive.read
      exit!(0)
    end

    def accept(socket, context)
      socket.setsockopt(Socket::IPPROTO_TCP, Socket::TCP_NODELAY, 1)
      Thread.new do
        Thread.current.report_on_exception = false
        converse(context ? OpenSSL::SSL::SSLSocket.new(socket, context).tap(&:accept) : socket)
      rescue SystemCallError, IOError, OpenSSL::SSL::SSLError
        nil
      ensure
        socket.close
      end
    end

    def converse(io)
      while (head = io.gets("\r\n\r\n"))
        body = io.read(head[/^content-length: (\d+)/i, 1].to_i)
        io.write(body.include?("refuse") ? REFUSAL : REPLY) unless body.include?("hang")
      end
    end
  end
end
