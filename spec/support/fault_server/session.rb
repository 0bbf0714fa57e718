# frozen_string_literal: true

require "openssl"
require_relative "faults"

class FaultServer
  # One connection, with the operations that faults consist of.
  class Session
    include Faults::Silences
    include Faults::Replies
    include Faults::EndlessReplies

    attr_reader :sent

    def initialize(socket, tls:, ledger:, number:)
      @socket = socket
      @tls = tls
      @ledger = ledger
      @number = number
      @sent = 0
      @stopped = Queue.new
    end

    def stop
      @stopped.close
      @socket.shutdown(Socket::SHUT_RDWR) unless @reset
      @socket.close
    rescue IOError, SystemCallError
      nil
    end

    private

    def io
      @io ||= @tls ? OpenSSL::SSL::SSLSocket.new(@socket, @tls).tap(&:accept) : @socket
    end

    # Reads a request, calls the block and waits until the client closes the connection.
    def after_request
      read_request
      yield
      wait_for_departure
    end

    def read_request
      @reader ||= ChannelsApi::RequestReader.new(io, connection: @number)
      request = @reader.next_request or return
      @ledger.arrived(request)
      request
    end

    def write(bytes)
      io.write(bytes)
      @sent += bytes.bytesize
    end

    def wait_for_departure(from = io)
      nil while from.readpartial(16_384)
    end

    # Makes the next close discard unsent data and reset the connection.
    def reset_on_close
      @reset = true
      @socket.setsockopt(Socket::SOL_SOCKET, Socket::SO_LINGER, [1, 0].pack("ii"))
    end
  end
end
