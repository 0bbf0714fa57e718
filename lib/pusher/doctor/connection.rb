# frozen_string_literal: true

require_relative "check"

module Pusher
  module Internal
    module Doctor
      # Asks the service for the occupied channels. Without credentials, it only connects to the cluster.
      class Connection
        ADVICE = {
          401 => "Check key, secret and cluster, and the clock of this machine.",
          403 => "The app is disabled, or over its quota: look at its dashboard.",
          404 => "Check the id of the app, and the cluster.",
          407 => "Check user and password of the proxy."
        }.freeze
        UNREACHABLE = "Check the host, the firewall and the proxy. docs/troubleshooting.md describes the reasons."
        private_constant :ADVICE, :UNREACHABLE

        # @param client [Client, nil]
        # @param cluster [String, nil] to connect to without a client
        def initialize(client, cluster)
          @client = client
          @cluster = cluster
        end

        # @return [Check]
        def check
          started = now
          text = @client ? ask : connect
          Check.ok("connection", format("%<text>s in %<ms>.0f ms", text:, ms: (now - started) * 1000))
        rescue ::StandardError => e
          advice = ADVICE[e.status] if e.is_a?(::Pusher::Error)
          Check.wrong("connection", "#{place}: #{e.message.strip} (#{e.class})", advice || UNREACHABLE)
        end

        private

        def ask
          @client.channels
          "#{place} has accepted a signed request"
        end

        def connect
          client = ::Pusher::Client.new(cluster: @cluster)
          reply = client.sync_http_client.request(:get, "https://#{client.host}/")
          "#{place} has replied with status #{reply.status}, without credentials"
        end

        def place
          @client ? "#{@client.host}:#{@client.port}" : ::Pusher::Client.new(cluster: @cluster).host
        end

        def now = Process.clock_gettime(Process::CLOCK_MONOTONIC)
      end
    end
  end
end
