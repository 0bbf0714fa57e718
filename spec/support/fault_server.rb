# frozen_string_literal: true

require "socket"
require_relative "channels_api"
require_relative "fault_server/session"
require_relative "fault_server/backlog"

# A server that does one thing wrong on every connection. The faults are the methods of FaultServer::Faults, and
# `full_backlog`.
#
#   server = FaultServer.start(:truncated_body)
class FaultServer
  include ChannelsApi::Addressed

  # An error that is not the fault that was asked for.
  class Failed < StandardError; end

  attr_reader :app, :host, :port

  def self.start(fault, **options)
    new(fault, **options).tap(&:listen)
  end

  # `tls`: a ChannelsApi::Certificates::Identity. The other options are the fault's own.
  def initialize(fault, tls: nil, **options)
    raise ArgumentError, "there is no fault #{fault.inspect}" unless [:full_backlog, *Faults.names].include?(fault)

    @fault = fault
    @tls = tls
    @options = options
    @app = ChannelsApi::App.default
    @host = "127.0.0.1"
    @ledger = ChannelsApi::Ledger.new
    @sessions = {}
    @mutex = Mutex.new
  end

  def listen
    @listener = TCPServer.new(host, 0)
    @port = @listener.local_address.ip_port
    @fault == :full_backlog ? @backlog = Backlog.new(@listener) : serve(@tls&.context)
  end

  # Connections accepted so far.
  def connections
    @ledger.connections
  end

  # The requests that were read completely, by faults that read one.
  def requests
    @ledger.requests
  end

  def wait_for_requests(count)
    @ledger.wait_until("#{count} requests") { requests.size >= count }
    requests.first(count)
  end

  # Waits until this many requests have arrived, and `end_after_reply` has closed its side after each of them.
  def wait_until_ended(count)
    @ledger.wait_until("the end of #{count} connections") { requests.size >= count && @ledger.in_flight.zero? }
  end

  def wait_for_connections(count)
    @ledger.wait_until("#{count} connections") { connections >= count }
  end

  # Blocks until every client has closed its connection.
  def wait_until_closed
    @ledger.wait_until("no connection open") { @ledger.open_connections.zero? }
  end

  # Bytes written to all clients together.
  def sent
    @mutex.synchronize { @sessions.keys }.sum(&:sent)
  end

  def stop
    return if @stopped

    @stopped = true
    @listener.close
    @backlog&.close
    finish(@acceptor)
    sessions = @mutex.synchronize { @sessions.dup }
    sessions.each_key(&:stop)
    sessions.each_value { |thread| finish(thread) }
    raise Failed, @ledger.failures.map(&:full_message).join("\n") unless @ledger.failures.empty?
  end

  private

  def serve(context)
    # Accepted sockets inherit this small receive buffer.
    @listener.setsockopt(Socket::SOL_SOCKET, Socket::SO_RCVBUF, 4096) if @fault == :stop_reading
    @acceptor = guarded_thread { accept_all(context) }
  end

  def accept_all(context)
    loop { accept(context) }
  rescue IOError
    raise unless @stopped
  end

  def accept(context)
    session = Session.new(@listener.accept, tls: context, ledger: @ledger, number: @ledger.connected)
    @mutex.synchronize { @sessions[session] = guarded_thread { perform(session) } }
  end

  def perform(session)
    session.public_send(@fault, **@options)
  rescue *ChannelsApi::Connection::DEPARTURES => e
    @ledger.note("#{e.message} (#{e.class})")
  ensure
    session.stop
    @ledger.disconnected
  end

  def guarded_thread
    Thread.new do
      yield
    rescue Exception => e # rubocop:disable Lint/RescueException -- nothing may go unseen in a thread
      @ledger.failed(e)
    end
  end

  def finish(thread)
    thread.nil? || thread.join(ChannelsApi::PATIENCE) || raise(Failed, "a thread of the server does not end")
  end
end
