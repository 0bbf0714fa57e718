# frozen_string_literal: true

require "monitor"

# Endpoints for one example. They are stopped after it; an error inside an endpoint fails the example.
module EndpointHelpers
  CREATION = Monitor.new
  private_constant :CREATION

  def self.included(group)
    group.after { stop_endpoints }
    group.after { @closed&.close }
  end

  # The endpoint of the example, started on first use.
  def endpoint
    # Threads of an example may ask for it at the same time. A signal handler, which can take no lock, comes later.
    @endpoint || CREATION.synchronize { @endpoint ||= start_endpoint }
  end

  # Another endpoint, with options of ChannelsApi::Server.
  def start_endpoint(**options)
    ChannelsApi::Server.start(**options).tap { |server| endpoints << server }
  end

  # A server that does one thing wrong, with options of FaultServer.
  def start_fault(fault, **options)
    FaultServer.start(fault, **options).tap { |server| endpoints << server }
  end

  # A port of 127.0.0.1 that refuses connections. It stays bound until the example ends, so that no other process can
  # listen on it.
  def closed_port
    @closed ||= Socket.new(:INET, :STREAM).tap { |socket| socket.bind(Addrinfo.tcp("127.0.0.1", 0)) }
    @closed.local_address.ip_port
  end

  # One authority for all examples: generating keys is slow.
  def certificates
    @@certificates ||= ChannelsApi::Certificates.new # rubocop:disable Style/ClassVars
  end

  private

  def endpoints
    @endpoints ||= []
  end

  def stop_endpoints
    errors = endpoints.filter_map { |server| failure_of(server) }
    raise errors.first unless errors.empty?
  end

  def failure_of(server)
    server.stop
    nil
  rescue ChannelsApi::Server::Failed, FaultServer::Failed => e
    e
  end
end
