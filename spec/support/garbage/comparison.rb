# frozen_string_literal: true

require "json"
require_relative "core"
require_relative "core_endpoint"

module Garbage
  # Runs the core without and with a stressed collector, and compares the results of the client and of the endpoint.
  class Comparison
    # What the collector does while an operation runs.
    MODES = {
      "GC.stress" => lambda do |operation|
        GC.stress = true
        operation.call
      ensure
        GC.stress = false
      end,
      "GC.compact" => lambda do |operation|
        GC.compact
        GC.auto_compact = true
        operation.call.tap { GC.compact }
      ensure
        GC.auto_compact = false
      end
    }.freeze
    PEACE = :call.to_proc

    # `tls`: the endpoint's identity; `trusted`: a file with the authority's certificate.
    def initialize(tls: nil, trusted: nil)
      @tls = tls
      @trusted = trusted
      @port_of_nobody = TCPServer.open("127.0.0.1", 0) { |listener| listener.local_address.ip_port }
    end

    # By mode, the operations whose results differ, with the expected and the actual result.
    def differences
      CoreEndpoint.run(tls: @tls) do |endpoint|
        @endpoint = endpoint
        expected = outcomes(:call.to_proc)
        MODES.transform_values { |way| difference(expected, outcomes(way)) }
      end
    end

    private

    def difference(expected, actual)
      expected.keys.filter_map do |name|
        [name, expected[name], actual[name]] unless actual[name] == expected[name]
      end
    end

    # By operation, its result and what the endpoint received.
    def outcomes(way)
      Core.new(client, @port_of_nobody).operations.transform_values do |operation|
        before = @endpoint.requests.size
        result = way.call(operation)
        [result, sent_since(before)]
      end
    end

    def client
      Pusher::Client.new(timeout: 60, **@endpoint.client_options).tap do |client|
        client.sync_http_client.ssl_config.add_trust_ca(@trusted) if @trusted
      end
    end

    # Sorted, without requests that were interrupted: the endpoint may or may not have received those.
    def sent_since(before)
      requests = @endpoint.requests.drop(before).reject { |*, body| body.include?(CoreEndpoint::HANG) }
      requests.map { |*head, query, body| [*head, *deciphered(query, body)] }.sort_by(&:inspect)
    end

    # Nonces differ each time, and so do the digests of the bodies.
    def deciphered(query, body)
      event = body.empty? ? {} : JSON.parse(body)
      envelope = event["data"] && ChannelsApi::Envelope.parse(event["data"]) or return [query, body]
      secret = OpenSSL::Digest.digest("SHA256", event["channels"].first + Core::MASTER_KEY)
      [query.except("body_md5"), event.merge("data" => envelope.open(secret))]
    end
  end
end
