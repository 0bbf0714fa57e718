# frozen_string_literal: true

class FaultServer
  module Faults
    # A reply that goes on until the client closes the connection.
    module EndlessReplies
      # A client that reads this many bytes does not limit replies.
      LIMIT = 256 * 1024 * 1024

      def endless_headers
        endless(OK) { |count| "X-#{count}: #{"a" * 1000}\r\n" }
      end

      def endless_header
        endless("#{OK}X: ") { "a" * 1024 }
      end

      def endless_interim_replies
        endless("") { "HTTP/1.1 100 Continue\r\n\r\n" * 100 }
      end

      # A body that ends with the connection.
      def endless_body
        endless("#{OK}\r\n") { " " * 16_384 }
      end

      def endless_chunks
        endless("#{OK}Transfer-Encoding: chunked\r\n\r\n") { "4000\r\n#{" " * 16_384}\r\n" }
      end

      # A complete body with endless trailers.
      def endless_trailers
        endless("#{OK}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n") { |count| "X-#{count}: #{"a" * 1000}\r\n" }
      end

      private

      def endless(start)
        read_request
        write(start)
        (1..).each do |count|
          write(yield(count))
          raise Failed, "the client took #{sent} bytes and would have taken more" if sent > LIMIT
        end
      end
    end
  end
end
