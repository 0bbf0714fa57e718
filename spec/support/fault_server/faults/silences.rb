# frozen_string_literal: true

class FaultServer
  module Faults
    # No reply at all.
    module Silences
      # Says nothing, ever.
      def hang
        wait_for_departure(@socket)
      end

      # Closes at once.
      def close; end

      # Resets at once.
      def reset
        reset_on_close
      end

      # Speaks something else. Over TLS that is where its half of the handshake is due.
      def garbage(bytes: "SSH-2.0-OpenSSH_9.2\r\n")
        @socket.write(bytes)
        wait_for_departure(@socket)
      end

      # A whole TLS handshake, and nothing else.
      def hang_after_handshake
        wait_for_departure
      end

      # Resets as soon as the request's first byte is there.
      def reset_in_request
        io.readpartial(1)
        reset_on_close
      end

      # Takes the first byte of the request and no more, so that one of a megabyte gets stuck on its way.
      def stop_reading
        io.readpartial(1)
        @stopped.pop
      end

      def hang_after_request
        answer { nil }
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
