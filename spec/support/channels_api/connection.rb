# frozen_string_literal: true

require "openssl"

module ChannelsApi
  # A client's connection: reads requests and writes replies until one side closes it.
  class Connection
    # The client closed the connection or refused the certificate. The endpoint did nothing wrong.
    DEPARTURES = [Errno::ECONNRESET, Errno::EPIPE, Errno::ECONNABORTED, Errno::ENOTCONN, EOFError, IOError,
                  OpenSSL::SSL::SSLError, RequestReader::Truncated].freeze

    attr_reader :number

    def initialize(socket, number:, ledger:, responder:, tls: nil)
      @socket = socket
      @number = number
      @ledger = ledger
      @responder = responder
      @tls = tls
    end

    def serve
      io = handshaken
      reader = RequestReader.new(io, connection: number)
      nil while turn(io, reader)
    rescue RequestReader::Malformed => e
      refuse(io, Refusal.new(400, "Bad request: #{e.message}"))
    rescue *DEPARTURES => e
      @ledger.note("connection #{number}: #{e.message} (#{e.class})")
    ensure
      close(io)
    end

    # Ends the connection for the client and for the thread that reads from it.
    def shut
      @socket.shutdown(Socket::SHUT_RDWR)
    rescue IOError, SystemCallError
      nil
    end

    private

    def handshaken
      return @socket unless @tls

      OpenSSL::SSL::SSLSocket.new(@socket, @tls).tap do |io|
        io.sync_close = true
        io.accept
      end
    end

    def close(io)
      io&.close
      @socket.close
    rescue *DEPARTURES
      @socket.close
    end

    def turn(io, reader)
      request = reader.next_request or return false
      @ledger.arrived(request)
      @responder.respond(io, request) && !request.close?
    end

    def refuse(io, refusal)
      @ledger.refused(nil, refusal)
      io.write(refusal.reply(close: true).bytes)
    rescue *DEPARTURES => e
      @ledger.note("connection #{number}: #{e.message} (#{e.class})")
    end
  end
end
