# frozen_string_literal: true

require "socket"
require_relative "../../support/channels_api"

module EndToEnd
  # A web server on a free port of loopback. The block replies to each request; `stop` raises its StandardError.
  class WebServer
    HOST = "127.0.0.1"
    DEPARTURES = [IOError, Errno::ECONNRESET, Errno::EPIPE, ChannelsApi::RequestReader::Truncated].freeze

    def initialize(&handler)
      @handler = handler
      @failures = []
      @sockets = {}
      @mutex = Mutex.new
      @listener = TCPServer.new(HOST, 0)
      @acceptor = Thread.new { accept }
    end

    def url(path)
      "http://#{HOST}:#{@listener.local_address.ip_port}#{path}"
    end

    def stop
      @listener.close
      @acceptor.join
      @mutex.synchronize { @sockets.keys }.each { |socket| shut(socket) }
      @mutex.synchronize { @sockets.values }.each(&:join)
      raise @failures.first unless @failures.empty?
    end

    private

    def accept
      loop { converse_apart(@listener.accept) }
    rescue IOError
      nil
    end

    def converse_apart(socket)
      @mutex.synchronize { @sockets[socket] = Thread.new { converse(socket) } }
    end

    def converse(socket)
      reader = ChannelsApi::RequestReader.new(socket, connection: nil)
      while (request = reader.next_request)
        socket.write(respond(request).bytes)
        break if request.close?
      end
    rescue *DEPARTURES
      nil
    rescue ChannelsApi::RequestReader::Malformed => e
      @failures << e
    ensure
      @mutex.synchronize { @sockets.delete(socket) }
      socket.close
    end

    def respond(request)
      @handler.call(request)
    rescue StandardError => e
      @failures << e
      ChannelsApi::Reply.text(500, e.message)
    end

    def shut(socket)
      socket.shutdown
    rescue IOError, SystemCallError
      nil
    end
  end
end
