# frozen_string_literal: true

class FaultServer
  # The faults of a connection. Those named after the request, and all in Replies and EndlessReplies, read a request
  # first, so that over TLS the handshake is complete. The others happen before TLS.
  module Faults
    BODY = "{\"channels\":{}}"
    OK = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
    WHOLE = "#{OK}Content-Length: #{BODY.bytesize}\r\n\r\n#{BODY}".freeze

    def self.names
      [Silences, Replies, EndlessReplies].flat_map(&:public_instance_methods)
    end
  end
end

require_relative "faults/silences"
require_relative "faults/replies"
require_relative "faults/endless_replies"
