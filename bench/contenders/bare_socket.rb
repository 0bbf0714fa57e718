# frozen_string_literal: true

require "socket"
require_relative "event"

module Contenders
  # The minimum in Ruby: writes a prepared request with one call, and reads the reply with one call.
  class BareSocket
    def initialize(url)
      @event = Event.new(url)
      body = @event.body
      fields = { "Host" => "#{@event.host}:#{@event.port}", "User-Agent" => "bench", **Event::HEADERS,
                 "Content-Length" => body.bytesize }
      head = ["POST #{@event.target(body)} HTTP/1.1", *fields.map { |name, value| "#{name}: #{value}" }].join("\r\n")
      @request = "#{head}\r\n\r\n#{body}"
    end

    # It has one kind of work only.
    def session(_work = "event")
      socket = connect
      reply = String.new(capacity: 4096)
      -> { round_trip(socket, reply) }
    end

    private

    def connect
      socket = TCPSocket.new(@event.host, @event.port)
      return socket unless @event.tls?

      context = OpenSSL::SSL::SSLContext.new
      context.set_params
      OpenSSL::SSL::SSLSocket.new(socket, context).tap { |secure| secure.hostname = @event.host }.tap(&:connect)
    end

    def round_trip(socket, reply)
      socket.write(@request)
      socket.readpartial(4096, reply)
      raise "incomplete reply: #{reply}" unless reply.start_with?("HTTP/1.1 200") && reply.end_with?("\r\n\r\n{}")
    end
  end
end
