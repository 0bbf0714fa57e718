# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/async/reactor"

RSpec.describe "Failures on the EventMachine reactor" do
  include Reactor

  let!(:logger) { recording_logger }

  def outcome_at(server, **options)
    client = Pusher::Client.new(timeout: 30, **server.client_options, **options)
    outcome_of { client.trigger_async("channel", "event", options.fetch(:data, "data")) }
  end

  def expect_network_error(error, reason)
    expect(error).to be_an_instance_of(Pusher::Error)
    expect(error.message).to match(/\ANetwork error connecting to pusher \(.+\)\z/m).and match(reason)
    expect(error.message).not_to match(/auth_|278d425bdf160c739803/)
    expect(error).to have_attributes(status: nil, body: nil)
  end

  describe "from a reply are passed to errbacks, as the synchronous method raises them:" do
    [201, 204, 301, 400, 401, 403, 404, 407, 413, 429, 500, 503].each do |status|
      it status.to_s do
        endpoint.reply_with(status:, body: status == 204 ? "" : "told\n", headers: { "Retry-After" => "7" }, times: 2)
        raised = error_of { client.trigger("channel", "event", "data") }
        error = outcome_of { client.trigger_async("channel", "event", "data") }.error
        expect(error).to be_an_instance_of(raised.class)
        expect(error).to have_attributes(message: raised.message, status:, body: raised.body, retry_after: 7)
        expect(logger.rest).to be_empty
      end
    end

    { "a body that is not JSON" => "no JSON", "JSON other than an object" => "[1]", "truncated JSON" => "{\"a\":" }.each do |name, body|
      [200, 202].each do |status|
        it "#{status} with #{name}" do
          endpoint.reply_with(status:, body:, times: 2)
          raised = error_of { client.get("/channels") }
          error = outcome_of { client.get_async("/channels") }.error
          expect(error).to be_an_instance_of(Pusher::HTTPError)
          expect(error).to have_attributes(message: raised.message, status:, body: raised.body)
          expect(error.original_error.class).to eq(raised.original_error.class)
        end
      end
    end
  end

  describe "of the network" do
    it "are passed to errbacks as plain errors: refused connection" do
      client = Pusher::Client.new(**AsyncRequests::UNREACHABLE)
      error = outcome_of { client.trigger_async("channel", "event", "data") }.error
      expect_network_error(error, /Connection refused/)
    end

    it "are passed to errbacks as plain errors: unknown host" do
      allow(Addrinfo).to receive(:getaddrinfo).and_raise(SocketError, "getaddrinfo: not known")
      client = Pusher::Client.new(**AsyncRequests::UNREACHABLE, host: "nowhere.invalid")
      expect_network_error(outcome_of { client.trigger_async("channel", "event", "data") }.error, /not known/)
    end

    %i[close reset garbage reset_in_request close_after_request reset_after_request truncated_head truncated_body
       reset_in_body contradicting_lengths impossible_length bad_chunks missing_last_chunk endless_headers
       endless_header endless_interim_replies].each do |fault|
      it "are passed to errbacks as plain errors: #{fault}" do
        expect_network_error(outcome_at(start_fault(fault)).error, /./)
      end
    end

    %i[close reset garbage].each do |fault|
      it "are passed to errbacks as plain errors: #{fault} instead of a TLS handshake" do
        expect_network_error(outcome_at(start_fault(fault, tls: certificates.good)).error, /./)
      end
    end

    {
      "connect" => [:full_backlog, "data", false], "the TLS handshake" => [:hang, "data", true],
      "send" => [:stop_reading, "x" * 16_000_000, false], "send over TLS" => [:stop_reading, "x" * 16_000_000, true],
      "receive" => [:hang_after_request, "data", false], "a reply's body" => [:hang_after_head, "data", false],
      "a slow reply" => [:drip, "data", false]
    }.each do |place, (fault, data, tls)|
      it "are passed to errbacks as plain errors: timeout in #{place}" do
        server = start_fault(fault, tls: tls ? certificates.good : nil)
        client = Pusher::Client.new(**server.client_options, timeout: 1)
        client.sync_http_client.ssl_config.add_trust_ca(certificates.pem_file)
        ticks = nil
        error = outcome_of do
          ticks = Reactor::Ticks.new
          client.trigger_async("channel", "event", data)
        end.error
        expect_network_error(error, /Timeout/i)
        expect(ticks.count).to be > 3
      end
    end

    it "are logged at level debug, with their reason" do
      Pusher::Client.new(**AsyncRequests::UNREACHABLE).tap do |client|
        outcome_of { client.trigger_async("channel", "event", "confidential") }
      end
      lines = logger.rest
      expect(lines.map(&:first)).to eq([:debug])
      expect(lines.first.last).to include("Connection refused")
      expect(lines.first.last).not_to match(/auth_|confidential/)
    end

    it "are neither logged as errors nor passed to on_async_error" do
      calls = []
      Pusher.on_async_error = ->(*arguments) { calls << arguments }
      client = Pusher::Client.new(**AsyncRequests::UNREACHABLE)
      outcome_of { client.trigger_async("channel", "event", "data") }
      Pusher.flush
      expect(calls).to be_empty
      expect(logger.rest.map(&:first)).to eq([:debug])
    end
  end

  describe "raised by the application" do
    it "in a callback are passed to errbacks" do
      fault = KeyError.new("a fault of the callback")
      seen = []
      on_reactor do
        deferrable = client.trigger_async("channel", "event", "data")
        deferrable.callback { (seen << :called) && raise(fault) }
        deferrable.errback { |error| (seen << error << Thread.current) && EM.stop }
        seen << Thread.current
      end
      expect(seen.first).to be(seen.last)
      expect(seen[1]).to eq(:called)
      expect([seen[2], seen[2].cause]).to include(fault)
    end

    it "in a callback do not stop the reactor if there is no errback" do
      after = nil
      on_reactor do
        client.trigger_async("channel", "event", "1").callback do
          EM.next_tick { client.trigger_async("channel", "event", "2").callback { |reply| (after = reply) && EM.stop } }
          raise KeyError, "a fault"
        end
      end
      expect(after).to eq({})
    end

    it "in an errback leave EM.run; the next reactor works" do
      refused = Pusher::Client.new(**AsyncRequests::UNREACHABLE)
      expect do
        on_reactor { refused.trigger_async("channel", "event", "data").errback { raise KeyError, "a fault" } }
      end.to raise_error(KeyError, "a fault")
      expect(outcome_of { client.trigger_async("channel", "event", "data") }.reply).to eq({})
    end

    it "in a callback leave EM.run if they are not StandardErrors; the next reactor works" do
      fault = Class.new(Exception) # rubocop:disable Lint/InheritException -- not a StandardError
      expect do
        on_reactor { client.trigger_async("channel", "event", "data").callback { raise fault, "stop" } }
      end.to raise_error(fault)
      expect(outcome_of { client.trigger_async("channel", "event", "data") }.reply).to eq({})
    end
  end

  it "leave the client usable" do
    client = Pusher::Client.new(timeout: 30, **start_fault(:close_after_request).client_options)
    expect(outcome_of { client.trigger_async("channel", "event", "1") }.kind).to eq(:errback)
    client.port = endpoint.port
    expect(outcome_of { client.trigger_async("channel", "event", "2") }.reply).to eq({})
    expect(client.trigger("channel", "event", "3")).to eq({})
  end

  it "are retried on a reused connection that was closed, not on a new one" do
    client.trigger("channel", "event", "1")
    endpoint.drop
    expect(outcome_of { client.trigger_async("channel", "event", "2") }.reply).to eq({})
    expect(endpoint.requests.map { |request| request.json["data"] }).to eq(%w[1 2 2])
    endpoint.close_idle
    endpoint.drop(times: 1)
    expect(outcome_of { client.trigger_async("channel", "event", "3") }.kind).to eq(:errback)
    expect(endpoint.requests.map { |request| request.json["data"] }).to eq(%w[1 2 2 3])
  end
end
