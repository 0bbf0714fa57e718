# frozen_string_literal: true

module ChannelsApi
  # What the endpoint was told to do instead of answering as the service does, one step a request. A step is anything
  # with `prepare(io, request)`: it gives the bytes to write, and whether the connection may be used again.
  class Script
    # Bytes that are no proper reply, or that are one in a way of their own.
    RawBytes = Struct.new(:bytes, :close) do
      def prepare(_io, _request)
        [bytes, !close]
      end
    end

    # A reply made from the request.
    Computed = Struct.new(:block) do
      def prepare(io, request)
        block.call(request).prepare(io, request)
      end
    end

    # Never answers: waits until the client has had enough.
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

    # The next step, or nil where the service's own answer is wanted.
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
