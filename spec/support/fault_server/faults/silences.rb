# frozen_string_literal: true

class FaultServer
  module Faults
    # No reply at all.
    module Silences
      # Sends nothing.
      def hang
        wait_for_departure(@socket)
      end

      # Closes at once.
      def close; end

      # Resets at once.
      def reset
        reset_on_close
      end

      # Sends bytes that are not HTTP; over TLS, in place of its part of the handshake.
      def garbage(bytes: "SSH-2.0-OpenSSH_9.2\r\n")
        @socket.write(bytes)
        wait_for_departure(@socket)
      end

      # Completes the TLS handshake and sends nothing else.
      def hang_after_handshake
        wait_for_departure
      end

      # Resets after the first byte of the request.
      def reset_in_request
        io.readpartial(1)
        reset_on_close
      end

      # Reads only the first byte of the request, so that sending a large one blocks.
      def stop_reading
        io.readpartial(1)
        @stopped.pop
      end

      def hang_after_request
        after_request { nil }
      end

      def close_after_request
        read_request
      end

      def reset_after_request
        read_request
        reset_on_close
      end
    end
  end
end
