# frozen_string_literal: true

require "json"
require_relative "core"
require_relative "core_endpoint"

module Garbage
  # Runs the core in peace, then with the collector at work, and compares what came of it, at both ends.
  class Comparison
    # What happens while an operation runs.
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

    # `tls`: what the endpoint shows, `trusted`: the file of certificates that vouches for it.
    def initialize(tls: nil, trusted: nil)
      @tls = tls
      @trusted = trusted
      @port_of_nobody = TCPServer.open("127.0.0.1", 0) { |listener| listener.local_address.ip_port }
    end

    # By mode, the operations with what they should have given and what they gave, where the two differ.
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

    # By operation, what it gave and what the endpoint was sent.
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

    # In an order of their own; a request that is given up may have come or not.
    def sent_since(before)
      requests = @endpoint.requests.drop(before).reject { |*, body| body.include?(CoreEndpoint::HANG) }
      requests.map { |*head, query, body| [*head, *deciphered(query, body)] }.sort_by(&:inspect)
    end

    # Every nonce is another, and so is the digest of its body.
    def deciphered(query, body)
      event = body.empty? ? {} : JSON.parse(body)
      envelope = event["data"] && ChannelsApi::Envelope.parse(event["data"]) or return [query, body]
      secret = OpenSSL::Digest.digest("SHA256", event["channels"].first + Core::MASTER_KEY)
      [query.except("body_md5"), event.merge("data" => envelope.open(secret))]
    end
  end
end
