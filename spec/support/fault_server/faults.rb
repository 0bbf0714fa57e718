# frozen_string_literal: true

class FaultServer
  # Everything that can be done wrong on a connection. Faults named after the request read one first, so that over TLS
  # the handshake is done; so do all in Replies and EndlessReplies. The others come before any TLS.
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
