# frozen_string_literal: true

require "spec_helper"

RSpec.describe ChannelsApi::Server do
  let(:client) { RawClient.new(endpoint) }

  after { client.close }

  def ping(via = client)
    via.call("GET", "/channels")
  end

  it "keeps connections alive and records the connection of each request" do
    2.times { ping }
    other = RawClient.new(endpoint)
    ping(other)
    other.close
    expect(endpoint.requests.map(&:connection)).to eq([1, 1, 2])
    expect(endpoint.connections).to eq(2)
  end

  it "closes the connection after Connection: close" do
    expect(client.call("GET", "/channels", headers: { "Connection" => "close" }).status).to eq(200)
    expect(client.reply).to be_nil
    expect(endpoint.wait_until_closed.open_connections).to eq(0)
  end

  it "has the url and the options for a client" do
    expect(endpoint.url).to eq("http://278d425bdf160c739803:7ad3773142a6692b25b8@127.0.0.1:#{endpoint.port}/apps/3")
    expect(endpoint.client_options).to include(app_id: "3", host: "127.0.0.1", port: endpoint.port, use_tls: false)
  end

  it "can use the port of a stopped endpoint" do
    first = described_class.start
    first.stop
    second = start_endpoint(port: first.port)
    expect(second.port).to eq(first.port)
  end

  describe "can" do
    it "reply with something else a number of times" do
      endpoint.reply_with(status: 503, body: "down", headers: { "Retry-After" => "3" }, times: 2)
      replies = Array.new(3) { ping }
      expect(replies.map(&:status)).to eq([503, 503, 200])
      expect(replies.first).to have_attributes(body: "down", headers: a_hash_including("retry-after" => "3"))
    end

    it "reply with something else until behave is called" do
      endpoint.reply_with(status: 500, times: nil)
      expect(Array.new(3) { ping.status }).to eq([500, 500, 500])
      endpoint.behave
      expect(ping.status).to eq(200)
    end

    it "reply with the result of a block" do
      endpoint.reply_with { |request| ChannelsApi::Reply.text(200, request.verb) }
      expect(ping.body).to eq("GET\n")
    end

    it "still refuse a wrong signature" do
      endpoint.reply_with(status: 500)
      expect(client.call("GET", "/channels", secret: "wrong").status).to eq(401)
      expect(ping.status).to eq(500)
    end

    it "reply with 204, without a body" do
      endpoint.reply_with(status: 204, body: "ignored")
      expect(ping).to have_attributes(status: 204, headers: {})
      expect(ping.status).to eq(200)
    end

    it "reply with raw bytes" do
      endpoint.reply_with_bytes("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\nto the end", close: true)
      expect(ping.status).to eq(100)
      expect(client.rest).to eq("HTTP/1.1 200 OK\r\n\r\nto the end")
    end

    it "close the connection after a reply, with a header or without" do
      endpoint.reply_with(body: "bye", close: true)
      expect(ping.headers).to include("connection" => "close")
      endpoint.reply_with(body: "bye", close: :silently)
      other = RawClient.new(endpoint)
      expect(ping(other).headers).not_to include("connection")
      expect([client.reply, other.reply]).to eq([nil, nil])
      other.close
    end

    it "drop the connection" do
      endpoint.drop
      expect(ping).to be_nil
    end

    it "reset the connection" do
      endpoint.reset
      expect(ping).to be_nil
    end

    it "never reply" do
      endpoint.hang
      waiting = Thread.new { ping }
      endpoint.wait_until_in_flight(1)
      expect(waiting).to be_alive
      endpoint.stop
      expect(waiting.value).to be_nil
    end

    it "hold replies until they are released" do
      endpoint.hold
      threads = Array.new(3) { Thread.new { RawClient.new(endpoint).then { |raw| ping(raw).tap { raw.close } } } }
      endpoint.wait_until_in_flight(3)
      expect(threads).to all(be_alive)
      endpoint.release
      expect(threads.map { |thread| thread.value.status }).to eq([200, 200, 200])
      expect(endpoint).to have_attributes(in_flight: 0, most_in_flight: 3)
    end

    it "reply late" do
      endpoint.delay = 0.05
      before = Process.clock_gettime(Process::CLOCK_MONOTONIC)
      ping
      expect(Process.clock_gettime(Process::CLOCK_MONOTONIC) - before).to be >= 0.05
    end

    it "close idle connections" do
      ping
      endpoint.close_idle
      expect(client.reply).to be_nil
    end
  end

  describe "over TLS" do
    def context(authority)
      OpenSSL::SSL::SSLContext.new.tap do |context|
        context.set_params(verify_mode: OpenSSL::SSL::VERIFY_PEER, cert_store: store(authority))
        context.verify_hostname = true
      end
    end

    def store(certificate)
      OpenSSL::X509::Store.new.tap { |store| store.add_cert(certificate) }
    end

    def status_with(identity, authority: certificates.authority)
      server = start_endpoint(tls: identity)
      client = RawClient.new(server, context: context(authority))
      ping(client).status.tap { client.close }
    end

    it "uses a valid certificate" do
      expect(status_with(certificates.good)).to eq(200)
    end

    it "can use a self-signed certificate" do
      identity = certificates.self_signed
      expect(status_with(identity, authority: identity.certificate)).to eq(200)
    end

    {
      expired: /expired/, not_yet_valid: /not yet valid/, self_signed: /self[- ]signed/, wrong_host: /host ?name/i,
      unknown_authority: /self[- ]signed certificate in certificate chain|unable to get local issuer/
    }.each do |kind, sentence|
      it "can use a certificate that clients refuse, which is no failure of the endpoint: #{kind}" do
        expect { status_with(certificates.public_send(kind)) }.to raise_error(OpenSSL::SSL::SSLError, sentence)
      end
    end

    it "can use a certificate with the host in its subject only" do
      certificate = certificates.common_name_only.certificate
      expect(certificate.subject.to_s).to eq("/CN=localhost")
      expect(certificate.extensions.map(&:oid)).not_to include("subjectAltName")
    end

    it "writes certificates to a file for the client" do
      path = certificates.pem_file(certificates.authority, certificates.good.certificate)
      expect(File.read(path).scan("BEGIN CERTIFICATE").size).to eq(2)
    end
  end

  describe "raises" do
    it "an error of one of its threads at stop" do
      server = described_class.start
      server.reply_with { raise "boom" }
      raw = RawClient.new(server)
      expect(ping(raw)).to be_nil
      raw.close
      expect { server.stop }.to raise_error(described_class::Failed, "boom (RuntimeError)")
    end

    it "a failed expectation of one of its threads at stop" do
      server = described_class.start
      server.reply_with { |request| expect(request.verb).to eq("POST") }
      raw = RawClient.new(server)
      ping(raw)
      raw.close
      expect { server.stop }.to raise_error(described_class::Failed, /expected: .*"POST"/)
    end

    it "a summary of what happened when a wait takes too long" do
      ping
      expect { endpoint.wait_until("two events", patience: 0.01) { endpoint.events.size == 2 } }
        .to raise_error(ChannelsApi::Ledger::Overdue, /not within 0.01 s: two events; 1 connections.* 0 events/)
    end
  end

  it "signs webhooks as the service does" do
    webhook = endpoint.webhook({ "name" => "channel_occupied", "channel" => "hall" })
    signature = OpenSSL::HMAC.hexdigest("SHA256", endpoint.app.secret, webhook.body)
    expect(webhook.to_h).to include(key: endpoint.app.key, signature:, content_type: "application/json")
    expect(webhook.headers).to include("X-Pusher-Key" => endpoint.app.key, "X-Pusher-Signature" => signature)
    expect(JSON.parse(webhook.body)).to include("events" => [{ "name" => "channel_occupied", "channel" => "hall" }])
  end

  it "closes its sockets in a forked child with forget" do
    ping
    child = fork do
      endpoint.forget
      exit!(endpoint.stop.nil? ? 0 : 1)
    end
    expect(Process.wait2(child).last).to be_success
    expect(ping.status).to eq(200)
  end
end
