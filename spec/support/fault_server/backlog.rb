# frozen_string_literal: true

class FaultServer
  # Fills a listener's queue of pending connections: further connects get no reply.
  class Backlog
    LIMIT = 64

    def initialize(listener)
      listener.listen(0)
      @address = listener.local_address
      @sockets = []
      LIMIT.times { return if full? }
      raise Failed, "the backlog took #{LIMIT} connections and is not full"
    end

    def close
      @sockets.each(&:close)
    end

    private

    # One more connection; on loopback it is established at once or not at all.
    def full?
      socket = Socket.new(@address.afamily, :STREAM)
      @sockets << socket
      socket.connect_nonblock(@address.to_sockaddr, exception: false)
      socket.wait_writable(0.2).nil?
    end
  end
end
