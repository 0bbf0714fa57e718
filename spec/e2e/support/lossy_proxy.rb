# frozen_string_literal: true

require "socket"
require_relative "inbox"
require_relative "../../support/channels_api"

module EndToEnd
  # A proxy on a free port of loopback, in front of the server. Of each ten requests it forwards nine and loses the
  # replies to three of these. It refuses the tenth. The seed determines their order. Each request has a connection of
  # its own, because sockudo closes connections after the reply.
  class LossyProxy
    HOST = "127.0.0.1"
    # The server gets the request, the client no reply.
    LOST = %i[close reset hold].freeze
    # The server does not get the request.
    REFUSED = %i[close_unread reset_unread unavailable].freeze
    FATES = [:forward, *LOST, *REFUSED].freeze
    TEN = [*([:forward] * 6), *LOST, :refuse].freeze
    UNAVAILABLE = ChannelsApi::Reply.text(503, "The proxy is not available.").bytes
    # The client has closed the connection: it waits no longer.
    DEPARTURES = [IOError, Errno::ECONNRESET, Errno::EPIPE, ChannelsApi::RequestReader::Truncated].freeze

    attr_reader :port

    # @param server [#host, #port]
    # @param seed [Integer]
    def self.run(server, seed)
      proxy = new(server, seed)
      yield proxy
    ensure
      proxy&.stop
    end

    def initialize(server, seed)
      @server = server
      @random = Random.new(seed)
      @fates = []
      @refusals = REFUSED.cycle
      @counts = Hash.new(0)
      @failures = []
      @conversations = []
      @listener = TCPServer.new(HOST, 0)
      @port = @listener.local_address.ip_port
      @acceptor = Thread.new { accept }
    end

    def host = HOST

    # Waits for all requests that are being forwarded.
    #
    # @return [Hash{Symbol => Integer}] the number of requests of each of the FATES
    def stop
      @listener.close
      @acceptor.join
      @conversations.each(&:join)
      raise @failures.first unless @failures.empty?

      @counts
    end

    private

    def accept
      loop do
        socket = @listener.accept
        fate = next_fate
        @counts[fate] += 1
        @conversations << Thread.new { converse(socket, fate) }
      end
    rescue IOError
      nil
    end

    def next_fate
      @fates = TEN.shuffle(random: @random) if @fates.empty?
      fate = @fates.pop
      fate == :refuse ? @refusals.next : fate
    end

    def converse(socket, fate)
      send(fate, socket)
    rescue *DEPARTURES
      nil
    rescue StandardError => e
      @failures << e
    ensure
      socket.close
    end

    def forward(socket)
      socket.write(reply_of_server(socket))
    end

    def close(socket)
      reply_of_server(socket)
    end

    def reset(socket)
      reply_of_server(socket)
      reset_unread(socket)
    end

    # Waits until the client has closed the connection, when its receive timeout has passed.
    def hold(socket)
      reply_of_server(socket)
      raise Overdue, "the client still waits after #{PATIENCE} s" unless socket.wait_readable(PATIENCE)
    end

    def close_unread(socket)
      socket.close
    end

    # The linger time of 0 seconds makes `close` send a reset.
    def reset_unread(socket)
      socket.setsockopt(Socket::Option.linger(true, 0))
      socket.close
    end

    def unavailable(socket)
      request_on(socket)
      socket.write(UNAVAILABLE)
    end

    def reply_of_server(socket)
      request = request_on(socket)
      TCPSocket.open(@server.host, @server.port) do |server|
        server.write(request.raw)
        server.read
      end
    end

    # @raise [EOFError] if the client has closed the connection without a request
    def request_on(socket)
      ChannelsApi::RequestReader.new(socket, connection: nil).next_request or raise EOFError
    end
  end
end
