# frozen_string_literal: true

require "spec_helper"
require_relative "../../integration/transport/support/squid"
require_relative "../../support/async/reactor"
require_relative "../../support/recording_proxy"

# The same checks as for synchronous requests.
RSpec.describe "Requests on the EventMachine reactor" do
  include Reactor

  def publish(client, data = "data")
    outcome_of { client.trigger_async("channel", "event", data) }
  end

  def client_trusting(server, **options)
    Pusher::Client.new(**server.client_options, timeout: 60, **options).tap do |client|
      client.sync_http_client.ssl_config.add_trust_ca(certificates.pem_file)
    end
  end

  describe "over TLS" do
    it "accept the certificate of a trusted authority" do
      server = start_endpoint(tls: certificates.good)
      expect(publish(client_trusting(server)).reply).to eq({})
      expect(publish(client_trusting(server, host: "localhost")).reply).to eq({})
    end

    {
      expired: "certificate has expired", not_yet_valid: "certificate is not yet valid",
      self_signed: "self-signed certificate", unknown_authority: "unable to get local issuer certificate",
      wrong_host: "hostname mismatch", common_name_only: "no subjectAltName"
    }.each do |kind, reason|
      it "refuse a certificate with the fault #{kind}, with the reason, and send nothing" do
        server = start_endpoint(tls: certificates.public_send(kind))
        error = publish(client_trusting(server)).error
        expect(error).to be_an_instance_of(Pusher::Error)
        expect(error.message)
          .to match(/\ANetwork error connecting to pusher \(certificate verify failed.*#{Regexp.escape(reason)}/)
        expect(server.requests).to be_empty
      end
    end

    it "refuse the certificate of an unknown authority" do
      server = start_endpoint(tls: certificates.good)
      error = publish(Pusher::Client.new(**server.client_options, timeout: 60)).error
      expect(error.message).to include("certificate verify failed")
      expect(server.requests).to be_empty
    end

    it "accept an expired certificate with VERIFY_NONE" do
      server = start_endpoint(tls: certificates.expired)
      client = Pusher::Client.new(**server.client_options, timeout: 60)
      client.sync_http_client.ssl_config.verify_mode = OpenSSL::SSL::VERIFY_NONE
      expect(publish(client).reply).to eq({})
    end
  end

  describe "through a proxy" do
    let(:proxy) { RecordingProxy.new }

    after { proxy.stop }

    it "send http requests in absolute form, with the credentials for the proxy" do
      client = Pusher::Client.new(**endpoint.client_options, host: "channels.test", timeout: 60,
                                                             http_proxy: "http://someone:hush@127.0.0.1:#{proxy.port}")
      expect(publish(client).reply).to eq({})
      received = proxy.requests.first
      expect(received.target).to start_with("http://channels.test:#{endpoint.port}/apps/3/events?")
      expect(received["Proxy-Authorization"]).to eq("Basic #{["someone:hush"].pack("m0")}")
      expect(endpoint.requests).to be_empty
    end

    it "fail if the proxy asks for credentials" do
      proxy.status = 407
      %w[http https].each do |scheme|
        client = Pusher::Client.new(**endpoint.client_options, host: "channels.test", timeout: 60,
                                                               use_tls: scheme == "https", http_proxy: "http://127.0.0.1:#{proxy.port}")
        error = publish(client).error
        expect(error).to be_an_instance_of(Pusher::Error)
        expect(error).to have_attributes(message: "Proxy Authentication Required", status: 407)
      end
      expect(proxy.requests.map(&:verb)).to eq(%w[POST CONNECT])
    end

    it "name the status with which the proxy refuses a tunnel" do
      proxy.status = 403
      client = Pusher::Client.new(**endpoint.client_options, host: "channels.test", use_tls: true, timeout: 60,
                                                             http_proxy: "http://127.0.0.1:#{proxy.port}")
      expect(publish(client).error.message)
        .to match(/\ANetwork error connecting to pusher \(.*CONNECT with status 403/)
    end

    it "fail with a network error if the proxy refuses the connection" do
      client = Pusher::Client.new(**endpoint.client_options, host: "channels.test", timeout: 60,
                                                             http_proxy: "http://127.0.0.1:1")
      expect(publish(client).error.message).to match(/\ANetwork error connecting to pusher \(.*127\.0\.0\.1:1/)
    end

    it "time out if the proxy never replies to CONNECT, without blocking the reactor" do
      silent = start_fault(:hang)
      client = Pusher::Client.new(**endpoint.client_options, host: "channels.test", use_tls: true, timeout: 1,
                                                             http_proxy: "http://127.0.0.1:#{silent.port}")
      ticks = nil
      outcome = outcome_of do
        ticks = Reactor::Ticks.new
        client.trigger_async("channel", "event", "data")
      end
      expect(outcome.error.message).to match(/\ANetwork error connecting to pusher \(.*Timeout/)
      expect(ticks.count).to be > 3
    end

    describe "such as squid" do
      before { skip "squid is not installed" unless Squid.here? }

      it "check the certificate through its tunnel, and reuse the connection" do
        squid = Squid.start(password: "hush")
        server = start_endpoint(tls: certificates.good(names: ["DNS:channels.test"]))
        client = client_trusting(server, host: "channels.test", http_proxy: squid.url("someone:hush"))
        replies = []
        on_reactor do
          step = lambda do |number|
            next EM.stop if number == 3

            watch(client.trigger_async("channel", "event", number)) do |outcome|
              replies << outcome.value
              step.call(number + 1)
            end
          end
          step.call(0)
        end
        expect(replies).to eq([{}, {}, {}])
        expect(server.requests.map(&:connection)).to eq([1, 1, 1])
        expect(server.requests.map(&:raw).join).not_to match(/proxy-authorization/i)
      ensure
        client&.sync_http_client&.reset_all
        squid&.stop
      end
    end
  end
end
