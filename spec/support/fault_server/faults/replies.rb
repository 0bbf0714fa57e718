# frozen_string_literal: true

class FaultServer
  module Faults
    # A reply that is wrong, incomplete, late or too early.
    module Replies
      # Replies before it was asked.
      def unasked_reply
        write(WHOLE)
        wait_for_departure
      end

      # A proper reply, one byte at a time.
      def drip(interval: 1, bytes: WHOLE)
        read_request
        drop_by_drop(bytes, io, interval)
      end

      # These bytes, one at a time, to the first that is said: a request, or a client's half of the TLS handshake.
      def drip_at_once(bytes:, interval: 1)
        @socket.readpartial(16_384)
        drop_by_drop(bytes, @socket, interval)
      end

      # The head, and nothing more.
      def hang_after_head
        answer { write("#{OK}Content-Length: 100\r\n\r\n") }
      end

      # Half of the head, then the end.
      def truncated_head
        read_request
        write(OK[0, 20])
      end

      # A proper reply; then says that nothing more will come (over TLS by a close_notify), and goes on listening.
      def end_after_reply
        read_request
        write(WHOLE)
        @tls ? io.sysclose : io.close_write
        wait_for_departure(@socket)
      end

      # Less of a body than was promised, then the end.
      def truncated_body
        read_request
        write("#{OK}Content-Length: 100\r\n\r\n#{BODY}")
      end

      # As `truncated_body`, but it ends with a reset.
      def reset_in_body
        truncated_body
        reset_on_close
      end

      # More of a body than was promised.
      def excessive_body
        answer { write("#{WHOLE}#{WHOLE}") }
      end

      def contradicting_lengths
        answer { write("#{OK}Content-Length: #{BODY.bytesize}\r\nContent-Length: 2\r\n\r\n#{BODY}") }
      end

      def impossible_length(length: "-1")
        answer { write("#{OK}Content-Length: #{length}\r\n\r\n#{BODY}") }
      end

      # A body of chunks that has this instead of its chunks.
      def bad_chunks(chunks: "zz\r\n{}\r\n0\r\n\r\n")
        answer { write("#{OK}Transfer-Encoding: chunked\r\n\r\n#{chunks}") }
      end

      # A chunk, then the end without the last chunk.
      def missing_last_chunk
        read_request
        write("#{OK}Transfer-Encoding: chunked\r\n\r\n#{BODY.bytesize.to_s(16)}\r\n#{BODY}\r\n")
      end

      # These bytes for a reply, to every request; then the end where `close` says so.
      def reply(bytes:, close: false)
        loop do
          read_request or return
          write(bytes)
          return if close
        end
      end

      private

      # Ends where nobody listens any more.
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
