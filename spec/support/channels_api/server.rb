# frozen_string_literal: true

require "socket"

module ChannelsApi
  # The endpoint: a listener on loopback with a thread for each connection.
  class Server
    include Addressed
    include Observed
    include Directed
    include Realtime

    # An error in one of the endpoint's threads.
    class Failed < StandardError; end

    HOST = "127.0.0.1"

    attr_reader :app, :port, :host, :audience, :ledger

    def self.start(**options)
      new(**options).tap(&:listen)
    end

    # Runs the block with a started endpoint and stops it afterwards.
    def self.run(**options)
      server = start(**options)
      yield server
    ensure
      server&.stop
    end

    # `tls`: a Certificates::Identity for https. `checked: false` accepts any request.
    def initialize(app: App.default, tls: nil, port: 0, host: HOST, checked: true)
      @app = app
      @tls = tls
      @requested_port = port
      @host = host
      @ledger = Ledger.new
      @audience = Audience.new
      @script = Script.new
      @gate = Gate.new
      @responder = Responder.new(checks: checked ? [ShapeCheck.new, SignatureCheck.new(app)] : [], script: @script,
                                 gate: @gate, routes: Routes.new(app, @ledger, @audience), ledger: @ledger)
      @connections = {}
      @mutex = Mutex.new
    end

    def listen
      @listener = TCPServer.new(host, @requested_port)
      @port = @listener.local_address.ip_port
      context = @tls&.context
      @acceptor = guarded_thread { accept_all(context) }
    end

    # Closes all connections, ends all threads and raises the first error in them.
    def stop
      return if @stopped

      @stopped = true
      end_threads
      raise Failed, describe(failures), failures.first.backtrace unless failures.empty?
    end

    # For a forked child: closes its copies of the parent's sockets.
    def forget
      @stopped = true
      [@listener, *@mutex.synchronize { @connections.keys }].each(&:close)
    end

    # Closes every idle connection, as a server does after its own keep-alive timeout.
    def close_idle
      wait_until("no request in flight") { in_flight.zero? }
      live.each(&:shut)
      wait_until_closed
    end

    private

    def accept_all(context)
      loop { accept(context) }
    rescue IOError
      raise unless @stopped
    end

    def accept(context)
      socket = @listener.accept
      socket.setsockopt(Socket::IPPROTO_TCP, Socket::TCP_NODELAY, 1)
      connection = Connection.new(socket, number: @ledger.connected, ledger: @ledger, responder: @responder,
                                          tls: context)
      @mutex.synchronize { @connections[socket] = [connection, guarded_thread { converse(socket, connection) }] }
    end

    def converse(socket, connection)
      connection.serve
    ensure
      @mutex.synchronize { @connections.delete(socket) }
      @ledger.disconnected
    end

    # A thread whose exceptions `stop` raises, for any Thread.abort_on_exception.
    def guarded_thread
      Thread.new do
        yield
      rescue Exception => e # rubocop:disable Lint/RescueException -- a failed expectation is no StandardError
        @ledger.failed(e)
      end
    end

    def live
      @mutex.synchronize { @connections.values.map(&:first) }
    end

    def end_threads
      @listener.close
      finish(@acceptor)
      release
      threads = @mutex.synchronize { @connections.values.map(&:last) }
      live.each(&:shut)
      threads.each { |thread| finish(thread) }
    end

    def finish(thread)
      thread.join(PATIENCE) || raise(Failed, "a thread of the endpoint does not end")
    end

    def describe(errors)
      errors.map { |error| "#{error.message} (#{error.class})" }.join("; ")
    end
  end
end
