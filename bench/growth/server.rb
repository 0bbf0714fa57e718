# frozen_string_literal: true

require "socket"

module Bench
  module Growth
    # Servers in a process of their own.
    module Server
      REPLY = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
      BACKLOG = 4096

      module_function

      # A server that replies to each request after so many seconds. Yields its url.
      def delayed(seconds, &block)
        in_process(->(listener, _) { EventMachineServer.serve(listener, seconds) }, &block)
      end

      # A server that receives requests and replies to none. Yields its url and an IO: after the server has received as
      # many requests as a line of the IO says, it writes a line.
      def withholding(&block)
        in_process(->(listener, control) { withhold(listener, control) }, &block)
      end

      def in_process(work)
        listener = TCPServer.new("127.0.0.1", 0).tap { |server| server.listen(BACKLOG) }
        port = listener.local_address.ip_port
        own, other = UNIXSocket.pair
        pid = start(work, listener, other, own)
        [listener, other].each(&:close)
        yield "http://key:secret@127.0.0.1:#{port}/apps/1", own
      ensure
        own&.close
        Process.kill(:KILL, pid) && Process.wait(pid) if pid
      end

      def start(work, listener, control, inherited)
        fork do
          inherited.close
          work.call(listener, control)
          exit!(0)
        end
      end

      def withhold(listener, control)
        sockets = []
        while (line = control.gets)
          sockets << receive(listener.accept) while sockets.size < line.to_i
          control.puts(sockets.size)
        end
      end

      def receive(socket)
        head = socket.gets("\r\n\r\n")
        socket.read(head[/^content-length: *(\d+)/i, 1].to_i)
        socket
      end
      private_class_method :in_process, :start, :withhold, :receive

      # Thousands of connections in one thread.
      module EventMachineServer
        def self.serve(listener, seconds)
          require "eventmachine"
          EventMachine.epoll
          EventMachine.run { EventMachine.attach_server(listener, Connection, seconds) }
        end

        # Counts the requests that have arrived completely.
        module Connection
          def initialize(seconds)
            super()
            @seconds = seconds
            @received = +""
          end

          def post_init = set_comm_inactivity_timeout(600)

          def receive_data(bytes)
            @received << bytes
            reply_later while take_request
          end

          private

          def take_request
            head = @received.index("\r\n\r\n") || return
            length = @received[/^content-length: *(\d+)/i, 1].to_i
            return if @received.bytesize < head + 4 + length

            @received = @received.byteslice((head + 4 + length)..)
          end

          def reply_later
            return send_data(REPLY) if @seconds.zero?

            EventMachine.add_timer(@seconds) { send_data(REPLY) }
          end
        end
      end
    end
  end
end
