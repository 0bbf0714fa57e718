# frozen_string_literal: true

class FaultServer
  module Faults
    # A reply that is wrong, incomplete, late or too early.
    module Replies
      # Replies before the request.
      def unasked_reply
        write(WHOLE)
        wait_for_departure
      end

      # A valid reply, one byte at a time.
      def drip(interval: 1, bytes: WHOLE)
        read_request
        drop_by_drop(bytes, io, interval)
      end

      # These bytes, one at a time, after the client's first bytes: a request, or its part of the TLS handshake.
      def drip_at_once(bytes:, interval: 1)
        @socket.readpartial(16_384)
        drop_by_drop(bytes, @socket, interval)
      end

      # The head and nothing else.
      def hang_after_head
        after_request { write("#{OK}Content-Length: 100\r\n\r\n") }
      end

      # Half of the head, then closes.
      def truncated_head
        read_request
        write(OK[0, 20])
      end

      # A valid reply; then closes its sending side (over TLS with a close_notify) and continues to read.
      def end_after_reply
        request = read_request
        write(WHOLE)
        @tls ? io.sysclose : io.close_write
        @ledger.landed(request)
        wait_for_departure(@socket)
      end

      # Less of the body than announced, then closes.
      def truncated_body
        read_request
        write("#{OK}Content-Length: 100\r\n\r\n#{BODY}")
      end

      # As `truncated_body`, but ends with a reset.
      def reset_in_body
        truncated_body
        reset_on_close
      end

      # More than the announced body.
      def excessive_body
        after_request { write("#{WHOLE}#{WHOLE}") }
      end

      def contradicting_lengths
        after_request { write("#{OK}Content-Length: #{BODY.bytesize}\r\nContent-Length: 2\r\n\r\n#{BODY}") }
      end

      def impossible_length(length: "-1")
        after_request { write("#{OK}Content-Length: #{length}\r\n\r\n#{BODY}") }
      end

      # A chunked body with these bytes in place of its chunks.
      def bad_chunks(chunks: "zz\r\n{}\r\n0\r\n\r\n")
        after_request { write("#{OK}Transfer-Encoding: chunked\r\n\r\n#{chunks}") }
      end

      # One chunk, then closes without the last chunk.
      def missing_last_chunk
        read_request
        write("#{OK}Transfer-Encoding: chunked\r\n\r\n#{BODY.bytesize.to_s(16)}\r\n#{BODY}\r\n")
      end

      # Replies to every request with these bytes; with `close`, closes after them.
      def reply(bytes:, close: false)
        loop do
          read_request or return
          write(bytes)
          return if close
        end
      end

      private

      # Stops when the client has closed the connection.
      def drop_by_drop(bytes, target, interval)
        bytes.each_byte do |byte|
          target.write(byte.chr)
          @sent += 1
          break if @socket.wait_readable(interval)
        end
      end
    end
  end
end
