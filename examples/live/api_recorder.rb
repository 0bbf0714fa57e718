# frozen_string_literal: true

require_relative "redaction"

module Live
  # A middleware that records the requests of a client to Channels. docs/middleware.md describes middleware.
  class ApiRecorder
    # A middleware sees neither the query nor the body. This module, in front of the gem's HTTP client, keeps them in a
    # variable of the fiber until the middleware asks for them.
    module Arguments
      def request(verb, uri, params = nil, body = nil, headers = {})
        Thread.current[:live_arguments] = [params, body]
        super
      end
    end

    # @param log [WireLog]
    # @param pusher [Pusher::Client]
    def initialize(log, pusher)
      @log = log
      pusher.sync_http_client.extend(Arguments)
    end

    def call(request)
      params, body = Thread.current[:live_arguments]
      started = now
      reply = yield
      @log.add(describe(request, params, body).merge(status: reply.status, milliseconds: (now - started).round(1)))
      reply
    rescue StandardError => e
      @log.add(describe(request, params, body).merge(status: e.class.name))
      raise
    end

    private

    def describe(request, params, body)
      params = params.to_h { |name, value| [name.to_s, value.to_s] }.sort.to_h
      { kind: "api", method: request.verb.to_s.upcase, path: request.path, headers: request.headers.to_h, params:,
        signed: string_to_sign(request, params), body:, channels: request.channels, events: request.event_names }
    end

    # The signature is the HMAC-SHA256 of this text with the secret.
    def string_to_sign(request, params)
      query = params.except("auth_signature").map { |pair| pair.join("=") }.join("&")
      [request.verb.to_s.upcase, request.path, query].join("\n")
    end

    def now = Process.clock_gettime(Process::CLOCK_MONOTONIC, :float_millisecond)
  end
end
