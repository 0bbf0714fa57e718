# frozen_string_literal: true

require_relative "sockets"

# Requests that hang, one for each place where a request can wait.
module HangingRequests
  # More than the socket buffers of both sides hold.
  LARGE = ("x" * 16_000_000).freeze

  # A thread that is asleep for so many milliseconds in a row counts as waiting.
  REST = 10

  # `limit`: the timeout that applies at this place.
  STAGES = {
    "name resolution" => { limit: :connect_timeout },
    "connect" => { fault: :full_backlog, limit: :connect_timeout },
    "the TLS handshake" => { fault: :hang, tls: true, limit: :connect_timeout },
    "send" => { fault: :stop_reading, data: LARGE, limit: :send_timeout },
    "send over TLS" => { fault: :stop_reading, tls: true, data: LARGE, limit: :send_timeout },
    "receive" => { fault: :hang_after_request, reads_request: true, limit: :receive_timeout },
    "receive over TLS" => { fault: :hang_after_request, tls: true, reads_request: true, limit: :receive_timeout }
  }.freeze

  # The places where the server sees the connection.
  CONNECTED = STAGES.select { |_, settings| settings[:fault] && settings[:fault] != :full_backlog }.keys.freeze

  # The client, the server and the data of a request that hangs.
  Stage = Struct.new(:client, :server, :data, :limit, :reads_request, keyword_init: true) do
    def trigger
      client.trigger("channel", "event", data)
    end

    # Blocks until the request of that thread waits at this place and no longer at an earlier one.
    def wait_until_hanging(thread)
      reached
      rest = 0
      (ChannelsApi::PATIENCE * 1000).times do
        rest = thread.stop? ? rest + 1 : 0
        return if rest == HangingRequests::REST

        sleep(0.001)
      end
      raise "the request does not wait"
    end

    # Blocks until the server has seen the connection or the request.
    def reached
      reads_request ? server.wait_for_requests(1) : server.wait_for_connections(1)
    end

    # The number of resources that the request uses at this place, where the operating system lists them.
    def resources
      Sockets.listed? ? Sockets.to(server.port) : 0
    end
  end

  # The server does not see a pending connect.
  class Connecting < Stage
    def reached
      nil
    end
  end

  # A name resolution that does not return.
  class Resolving < Stage
    def initialize(**)
      super
      # Created here because two threads use them.
      @looking_up = []
      @started = Queue.new
      @results = Queue.new
    end

    def look_up
      looking_up << Thread.current
      started << true
      Array(results.pop)
    end

    def reached
      started.pop
    end

    def resources
      looking_up.count(&:alive?)
    end

    def finish
      results.close
    end

    private

    attr_reader :looking_up, :started, :results
  end

  def self.included(group)
    group.after { @resolving&.finish }
  end

  # A client whose next request hangs at that place. `options` are those of a client.
  def hanging_at(name, **options)
    settings = { data: "data" }.merge(STAGES.fetch(name))
    return hanging_in_resolution(settings, options) unless settings[:fault]

    server = start_fault(settings[:fault], tls: settings[:tls] && certificates.good)
    type = settings[:fault] == :full_backlog ? Connecting : Stage
    type.new(client: client_of(server, options), server:, **settings.slice(:data, :limit, :reads_request))
  end

  # A client that trusts the authority of the specs.
  def client_of(server, options = {})
    Pusher::Client.new(**{ timeout: 60 }.merge(server.client_options, options)).tap do |client|
      client.sync_http_client.ssl_config.add_trust_ca(certificates.pem_file)
    end
  end

  # Waits until the request has released its resources.
  def expect_left(stage, before)
    (ChannelsApi::PATIENCE * 1000).times { stage.resources == before ? break : sleep(0.001) }
    expect(stage.resources).to eq(before)
  end

  # Points the client to a server that replies.
  def expect_usable(client)
    client.scheme = endpoint.scheme
    client.host = endpoint.host
    client.port = endpoint.port
    expect(client.trigger("channel", "event", "afterwards")).to eq({})
    expect(endpoint.events.last.data).to eq("afterwards")
  end

  private

  def hanging_in_resolution(settings, options)
    client = client_of(endpoint, options)
    client.host = "localhost"
    @resolving = Resolving.new(client:, server: endpoint, **settings.slice(:data, :limit))
    resolving = @resolving
    allow(Addrinfo).to receive(:getaddrinfo) { resolving.look_up }
    resolving
  end
end
