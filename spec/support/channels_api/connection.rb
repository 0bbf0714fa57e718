# frozen_string_literal: true

require "openssl"

module ChannelsApi
  # One client's connection: reads a request, has it answered, and again, until one of the two has had enough.
  class Connection
    # The client left, or would not have our certificate. Neither is a fault here.
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

    # The other side sees the end of the connection; the thread that reads here does, too.
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
      @responder.answer(io, request) && !request.close?
    end

    def refuse(io, refusal)
      @ledger.refused(nil, refusal)
      io.write(refusal.reply(close: true).bytes)
    rescue *DEPARTURES => e
      @ledger.note("connection #{number}: #{e.message} (#{e.class})")
    end
  end
end
