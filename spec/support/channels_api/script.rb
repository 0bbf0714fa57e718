# frozen_string_literal: true

module ChannelsApi
  # Steps that replace the replies of the service, one for each request. The method `prepare(io, request)` of a step
  # returns the bytes to write, and whether the connection stays open.
  class Script
    # Bytes in place of a reply.
    RawBytes = Struct.new(:bytes, :close) do
      def prepare(_io, _request)
        [bytes, !close]
      end
    end

    # A reply that is computed from the request.
    Computed = Struct.new(:block) do
      def prepare(io, request)
        block.call(request).prepare(io, request)
      end
    end

    # No reply: waits until the client closes the connection.
    Hang = Class.new do
      def prepare(io, _request)
        nil while io.readpartial(1024)
      rescue EOFError
        ["", false]
      end
    end

    # Closes the socket with a reset, and without the end of a TLS session.
    Reset = Class.new do
      def prepare(io, _request)
        socket = io.to_io
        socket.setsockopt(Socket::Option.linger(true, 0))
        socket.close
        ["", false]
      end
    end

    def initialize
      @mutex = Mutex.new
      @steps = []
    end

    def add(step, times)
      @mutex.synchronize { @steps << [step, times] }
    end

    # The next step, or nil for the reply of the service.
    def next_step
      @mutex.synchronize do
        step, times = @steps.first
        return step if times.nil?

        times == 1 ? @steps.shift : @steps[0] = [step, times - 1]
        step
      end
    end

    def clear
      @mutex.synchronize { @steps.clear }
    end
  end
end
