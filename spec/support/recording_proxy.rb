# frozen_string_literal: true

require "socket"

# A proxy on loopback that forwards nothing: it records requests and replies to all with one status, or with 407 to
# those without its `credentials`.
class RecordingProxy
  # The head of a request.
  Asked = Struct.new(:verb, :target, :headers) do
    def [](name)
      headers[name.downcase]
    end
  end

  attr_reader :port
  attr_writer :status, :credentials

  def initialize
    @status = 200
    @requests = []
    @sockets = []
    @lock = Mutex.new
    @listener = TCPServer.new("127.0.0.1", 0)
    @port = @listener.addr[1]
    @acceptor = Thread.new { accept_all }
  end

  def requests
    @lock.synchronize { @requests.dup }
  end

  def stop
    @listener.close
    @acceptor.join
    conversations = @lock.synchronize { @sockets.dup }
    conversations.each do |socket, thread|
      socket.shutdown unless socket.closed?
      thread.join
    end
  end

  private

  def accept_all
    loop do
      socket = @listener.accept
      thread = Thread.new { converse(socket) }
      @lock.synchronize { @sockets << [socket, thread] }
    end
  rescue IOError
    nil
  end

  def converse(socket)
    while (head = socket.gets("\r\n\r\n"))
      asked = parse(head)
      socket.read(asked["Content-Length"].to_i)
      @lock.synchronize { @requests << asked }
      socket.write(reply(refuses?(asked) ? 407 : @status))
    end
  rescue SystemCallError, IOError
    nil
  ensure
    socket.close
  end

  def parse(head)
    line, *headers = head.lines.map(&:chomp).reject(&:empty?)
    Asked.new(*line.split.first(2), headers.to_h { |header| header.split(": ", 2) }.transform_keys(&:downcase))
  end

  def refuses?(asked)
    @credentials && asked["Proxy-Authorization"] != "Basic #{[@credentials].pack("m0")}"
  end

  def reply(status)
    challenge = status == 407 ? "Proxy-Authenticate: Basic realm=\"x\"\r\n" : ""
    "HTTP/1.1 #{status} Status\r\n#{challenge}Content-Length: 2\r\n\r\n{}"
  end
end
