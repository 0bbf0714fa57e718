# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/async/requests"

# Without an EventMachine reactor and without a fiber scheduler, the thread pool sends each request.
RSpec.describe "Background requests on threads" do
  include AsyncRequests

  def pop(request)
    within { request.pop }
  end

  # Each asynchronous method with its arguments, and the request that the server receives.
  calls = {
    "trigger_async" => [->(to) { to.trigger_async("channel", "event", { n: 1 }) }, "POST /apps/3/events"],
    "trigger_async with params" =>
      [->(to) { to.trigger_async(%w[a b], "event", "data", { socket_id: "1.1" }) }, "POST /apps/3/events"],
    "trigger_batch_async" =>
      [->(to) { to.trigger_batch_async({ channel: "a", name: "event", data: "1" }) }, "POST /apps/3/batch_events"],
    "trigger_batch_async of an Array" =>
      [->(to) { to.trigger_batch_async([{ channel: "a", name: "event", data: "1" }]) }, "POST /apps/3/batch_events"],
    "get_async" => [->(to) { to.get_async("/channels", { filter_by_prefix: "presence-" }) }, "GET /apps/3/channels"],
    "get_async without params" => [->(to) { to.get_async("/channels") }, "GET /apps/3/channels"],
    "post_async" =>
      [->(to) { to.post_async("/events", { name: "event", channels: ["a"], data: "1" }) }, "POST /apps/3/events"]
  }

  describe "from every asynchronous method" do
    calls.each do |name, (call, arrives)|
      it "send what the synchronous method sends: #{name}" do
        reply = pop(call.call(client))
        expect(reply.status).to eq(200)
        expect(endpoint.requests.map { |request| "#{request.verb} #{request.path}" }).to eq([arrives])
        expect(endpoint.refusals).to be_empty
      end

      it "can be made through the Pusher module: #{name}" do
        Pusher.url = endpoint.url
        pop(call.call(Pusher))
        expect(endpoint.requests.map { |request| "#{request.verb} #{request.path}" }).to eq([arrives])
      end
    end

    it "include those of a channel" do
      pop(client.channel("news").trigger_async("event", { n: 1 }))
      pop(client["news"].trigger_async("event", "data", "1.1"))
      expect(endpoint.events.map { |event| [event.channels, event.name, event.data, event.socket_id] })
        .to eq([[["news"], "event", "{\"n\":1}", nil], [["news"], "event", "data", "1.1"]])
    end

    it "include those of a resource" do
      resource = client.resource("/events")
      pop(resource.post_async({ name: "event", channels: ["a"], data: "1" }))
      pop(client.resource("/channels").get_async({}))
      expect(endpoint.requests.map(&:verb)).to eq(%w[POST GET])
      expect { resource.get_async(nil) }.to raise_error(ArgumentError, "Expected hash")
    end

    it "include those of a request object" do
      uri = client.url("/channels")
      expect(pop(Pusher::Request.new(client, :get, uri, {}).send_async).status).to eq(200)
      expect(endpoint.requests.map(&:path)).to eq(["/apps/3/channels"])
    end

    it "include those of the HTTP client" do
      endpoint = start_endpoint(checked: false)
      uri = "http://127.0.0.1:#{endpoint.port}/apps/3/channels"
      http_client = client.sync_http_client
      replies = [http_client.request_async(:get, uri, { a: "1" }, nil, { "X-Own" => "own" }),
                 http_client.request_async(:get, URI.parse(uri), "a=1", nil, {})].map { |request| pop(request) }
      expect(replies.map(&:status)).to eq([200, 200])
      expect(endpoint.requests.map { |request| request.params["a"] }).to eq(%w[1 1])
      expect(endpoint.requests.map { |request| request["X-Own"] }).to contain_exactly("own", nil)
    end

    it "go through the public methods, which an application may override" do
      steps = []
      altered = Class.new(Pusher::Client) do
        define_method(:post_async) do |path, params = {}|
          steps << [path, params.keys]
          super(path, params)
        end
      end.new(**endpoint.client_options)
      pop(altered.trigger_async("channel", "event", "data", { info: "subscription_count" }))
      pop(altered.trigger_batch_async({ channel: "channel", name: "event", data: "data" }))
      expect(steps.map(&:first)).to eq(["/events", "/batch_events"])
      expect(steps.map(&:last)).to match([contain_exactly(:info, :name, :channels, :data), [:batch]])
    end

    it "are delegated by a channel to its client" do
      other = double("client")
      expect(other).to receive(:trigger_async).with("news", "event", "data", { socket_id: "1.1" }).and_return(:object)
      expect(Pusher::Channel.new(nil, "news", other).trigger_async("event", "data", "1.1")).to eq(:object)
    end
  end

  describe "return an object" do
    before { endpoint.hold }

    it "at once, while the server does not reply" do
      requests = within(30) { Array.new(200) { |number| client.trigger_async("channel", "event", number) } }
      expect(requests.map(&:finished?)).to all(be(false))
      endpoint.release
      expect(requests.map { |each| within { each.pop }.status }.tally).to eq(200 => 200)
    end

    it "that is finished once the reply has arrived" do
      request = within { client.trigger_async("channel", "event", "data") }
      endpoint.wait_until_in_flight(1)
      expect(request.finished?).to be(false)
      endpoint.release
      pop(request)
      expect(request.finished?).to be(true)
    end

    it "whose join waits, at most for its timeout" do
      request = client.trigger_async("channel", "event", "data")
      within { request.join(0.05) }
      expect(request.finished?).to be(false)
      within { request.join(0) }
      expect(request.finished?).to be(false)
      meanwhile { endpoint.wait_until_in_flight(1) && endpoint.release }
      within { request.join }
      expect(request.finished?).to be(true)
    end

    it "whose pop waits, in several threads at once" do
      request = client.trigger_async("channel", "event", "data")
      waiting = Array.new(3) { Thread.new { pop(request) } }
      endpoint.wait_until_in_flight(1)
      sleep(0.001) until waiting.all?(&:stop?)
      endpoint.release
      replies = waiting.map(&:value)
      expect(replies.map(&:status)).to eq([200] * 3)
      expect(replies.uniq(&:object_id).size).to eq(1)
    end

    it "whose async_thread ends when the request has finished" do
      request = client.trigger_async("channel", "event", "data")
      thread = request.async_thread
      expect(thread).to be_a(Thread)
      endpoint.wait_until_in_flight(1)
      expect(thread.join(0.05)).to be_nil
      endpoint.release
      expect(thread.join(AsyncRequests::PATIENCE)).to be(thread)
      expect(thread).not_to be_alive
      expect(request.finished?).to be(true)
    end

    it "whose async_thread prints nothing when the request fails" do
      recording_logger
      request = Pusher::Client.new(**AsyncRequests::UNREACHABLE).trigger_async("channel", "event", "data")
      expect { request.async_thread.join(AsyncRequests::PATIENCE) }.not_to output.to_stderr
      expect(request.async_thread).not_to be_alive
      expect { pop(request) }.to raise_error(Errno::ECONNREFUSED)
    end

    it "whose async_thread has ended if the request has finished" do
      endpoint.release
      request = client.trigger_async("channel", "event", "data")
      pop(request)
      expect(request.async_thread.join(AsyncRequests::PATIENCE)).to be(request.async_thread)
      expect(request.async_thread).not_to be_alive
    end

    it "that shows neither the signature nor the data in inspect" do
      request = client.trigger_async("channel", "event", "confidential")
      expect(request.inspect).not_to match(/auth_|confidential|#{endpoint.app.secret}/)
      endpoint.release
      pop(request)
      expect(request.inspect).not_to match(/auth_|confidential|#{endpoint.app.secret}/)
    end
  end

  describe "return a reply" do
    def reply_to(**reply)
      endpoint.reply_with(**reply)
      pop(client.trigger_async("channel", "event", "data"))
    end

    it "with status, header fields and a readable body" do
      reply = reply_to(status: 200, body: "{\"a\":1}", headers: { "X-Own" => "own" })
      expect([reply.status, reply.code]).to eq([200, 200])
      expect(reply.body.read).to eq("{\"a\":1}")
      expect(reply.content).to eq("{\"a\":1}")
      expect(reply.headers["X-Own"]).to eq("own")
    end

    it "that is the same object in a later pop" do
      request = client.trigger_async("channel", "event", "data")
      first = pop(request)
      expect(pop(request)).to be(first)
      expect(first.content).to eq("{}")
    end

    it "with an empty body if the server sends none" do
      reply = reply_to(status: 202, body: "")
      expect([reply.status, reply.body.read, reply.content]).to eq([202, "", ""])
    end

    it "with an empty body if the reply of a double has none" do
      reply = double(status: 202, body: nil, headers: {})
      allow(client.sync_http_client).to receive(:request).and_return(reply)
      popped = within { client.trigger_async("channel", "event", "data").pop }
      expect([popped.status, popped.body.read, popped.content]).to eq([202, "", ""])
    end

    [201, 202, 204, 301, 400, 401, 403, 404, 407, 413, 429, 500, 503].each do |status|
      it "without an error for status #{status}" do
        reply = reply_to(status:, body: status == 204 ? "" : "text")
        expect([reply.status, reply.code]).to eq([status, status])
        expect(reply.body.read).to eq(status == 204 ? "" : "text")
      end
    end

    it "without an error for a body that is not JSON" do
      expect(reply_to(status: 200, body: "no JSON").body.read).to eq("no JSON")
    end

    it "without logging it, with any status" do
      logger = recording_logger
      endpoint.reply_with(status: 500, body: "broken", times: 2)
      client.trigger_async("channel", "event", "data")
      expect(reply_to(status: 500).status).to eq(500)
      expect(Pusher.flush(AsyncRequests::PATIENCE)).to be(true)
      expect(logger.rest).to be_empty
    end
  end

  describe "raise in pop" do
    it "the error of the transport, each time" do
      request = Pusher::Client.new(**AsyncRequests::UNREACHABLE).trigger_async("channel", "event", "data")
      errors = Array.new(2) { error_of { pop(request) } }
      expect(errors).to all(be_an_instance_of(Errno::ECONNREFUSED))
      expect(errors.map(&:message)).to all(include("127.0.0.1:1"))
      expect(request.finished?).to be(true)
      expect(error_of { within { request.join } }).to be_nil
    end

    {
      close_after_request: EOFError, reset_after_request: Errno::ECONNRESET, garbage: Pusher::ProtocolError,
      contradicting_lengths: Pusher::ProtocolError
    }.each do |fault, type|
      it "#{type} after the fault #{fault}" do
        server = start_fault(fault)
        client = Pusher::Client.new(timeout: 30, **server.client_options)
        expect(error_of { pop(client.trigger_async("channel", "event", "data")) }).to be_a(type)
      end
    end

    {
      connect: [:full_backlog, Pusher::ConnectTimeoutError], receive: [:hang_after_request, Pusher::ReceiveTimeoutError]
    }.each do |limit, (fault, type)|
      it "#{type} after the client's #{limit} timeout" do
        server = start_fault(fault)
        client = Pusher::Client.new(timeout: 60, **server.client_options, "#{limit}_timeout": 0.2)
        request = client.trigger_async("channel", "event", "data")
        expect(error_of { pop(request) }).to be_an_instance_of(type)
      end
    end

    it "Pusher::SendTimeoutError after the client's send timeout" do
      server = start_fault(:stop_reading)
      client = Pusher::Client.new(timeout: 60, **server.client_options, send_timeout: 0.2)
      request = client.trigger_async("channel", "event", "x" * 16_000_000)
      expect(error_of { pop(request) }).to be_an_instance_of(Pusher::SendTimeoutError)
    end

    it "SocketError if the host name cannot be resolved" do
      client = Pusher::Client.new(**AsyncRequests::UNREACHABLE, host: "nowhere.invalid")
      allow(Addrinfo).to receive(:getaddrinfo).and_raise(SocketError, "getaddrinfo: not known")
      expect(error_of { pop(client.trigger_async("channel", "event", "data")) }).to be_a(SocketError)
    end

    it "OpenSSL::SSL::SSLError for an untrusted certificate" do
      server = start_endpoint(tls: certificates.good)
      client = Pusher::Client.new(timeout: 30, **server.client_options)
      expect(error_of { pop(client.trigger_async("channel", "event", "data")) })
        .to be_a(OpenSSL::SSL::SSLError).and(have_attributes(message: /certificate verify failed/))
      expect(server.requests).to be_empty
    end
  end

  describe "raise at the call" do
    {
      "too many channels" => [Pusher::Error, /Too many channels/, ->(to) { to.trigger_async(%w[a] * 101, "e", "d") }],
      "data that cannot be encoded as JSON" =>
        [Pusher::Error, /could not be encoded/, ->(to) { to.trigger_async("a", "e", { n: Float::NAN }) }],
      "params that cannot be encoded as JSON" =>
        [Pusher::Error, /./, ->(to) { to.post_async("/events", { n: Float::NAN }) }],
      "params other than a Hash" => [ArgumentError, "Expected hash", ->(to) { to.get_async("/channels", nil) }],
      "an invalid socket id" =>
        [Pusher::Error, /Invalid socket ID/, ->(to) { to.channel("a").trigger_async("e", "d", "nonsense") }],
      "several channels, one of them encrypted" =>
        [Pusher::Error, /multiple channels/, lambda do |to|
          to.encryption_master_key_base64 = ["k" * 32].pack("m0")
          to.trigger_async(%w[private-encrypted-a b], "e", "d")
        end],
      "an encrypted channel without a master key" =>
        [Pusher::ConfigurationError, /master_key/, ->(to) { to.trigger_async("private-encrypted-a", "e", "d") }],
      "a missing secret" => [Pusher::ConfigurationError, /secret/, lambda do |to|
        to.secret = nil
        to.trigger_async("a", "e", "d")
      end],
      "a missing app id" => [Pusher::ConfigurationError, /app_id/, lambda do |to|
        to.app_id = nil
        to.trigger_batch_async({ channel: "a", name: "e", data: "d" })
      end],
      "an invalid path" => [URI::InvalidComponentError, /./, ->(to) { to.get_async("/a b") }]
    }.each do |name, (type, message, call)|
      it "for #{name}" do
        expect { call.call(client) }.to raise_error(type, message)
        expect(Pusher.flush(AsyncRequests::PATIENCE)).to be(true)
        expect(endpoint.requests).to be_empty
      end
    end

    it "for invalid header fields" do
      expect do
        request = client.sync_http_client.request_async(:get, "http://127.0.0.1:1/", nil, nil, { "X" => "a\r\nb" })
        pop(request)
      end.to raise_error(ArgumentError)
    end
  end

  it "encrypt events for encrypted channels" do
    client.encryption_master_key_base64 = ["k" * 32].pack("m0")
    pop(client.trigger_async("private-encrypted-a", "event", { secret: 1 }))
    expect(endpoint.events.map(&:channel)).to eq(["private-encrypted-a"])
    expect(endpoint.events.first.data).to include("ciphertext").and(satisfy { |data| !data.include?("secret") })
  end

  it "reuse connections, and share them with synchronous requests" do
    client.trigger("channel", "event", "0")
    5.times { |number| pop(client.trigger_async("channel", "event", number)) }
    expect(endpoint.requests.size).to eq(6)
    expect(endpoint.connections).to eq(1)
  end

  it "work over TLS, to a host name" do
    server = start_endpoint(tls: certificates.good)
    client = Pusher::Client.new(timeout: 30, **server.client_options, host: "localhost")
    client.sync_http_client.ssl_config.add_trust_ca(certificates.pem_file)
    expect(pop(client.trigger_async("channel", "event", "data")).status).to eq(200)
  end

  it "can be made by 50 threads at once" do
    endpoint.hold
    threads = Array.new(50) do |thread|
      Thread.new { Array.new(10) { |number| client.trigger_async("channel", "event", "#{thread}.#{number}") } }
    end
    requests = within { threads.flat_map(&:value) }
    endpoint.release
    expect(requests.map { |request| pop(request).status }.tally).to eq(200 => 500)
    expect(endpoint.events.map(&:data).tally)
      .to eq(Array.new(50) { |thread| Array.new(10) { |n| ["#{thread}.#{n}", 1] } }.flatten(1).to_h)
  end

  it "use separate connections for each client" do
    others = Array.new(3) { start_endpoint }
    clients = others.map { |server| Pusher::Client.new(timeout: 30, **server.client_options) }
    requests = Array.new(30) { |number| clients[number % 3].trigger_async("channel", "event", number % 3) }
    requests.each { |request| pop(request) }
    expect(others.map { |server| server.events.map(&:data).tally }).to eq([{ "0" => 10 }, { "1" => 10 }, { "2" => 10 }])
  end
end
