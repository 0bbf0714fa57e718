# frozen_string_literal: true

require "socket"

module Demo
  # Failures, and the details that the errors carry.
  class Failures < Chapter
    def run
      wrong_secret
      too_large
      nobody_there
    end

    private

    def wrong_secret
      error = refusal("Publish with a wrong secret, and get an error with details") do
        Pusher::Client.new(**service.client_options, secret: "wrong").trigger("news", "headline", "?")
      end
      expected([error.class, error.status], [Pusher::AuthenticationError, 401])
      note("error.status", error.status.to_s)
    end

    def too_large
      error = refusal("Publish more data than the service accepts") do
        pusher.trigger("news", "headline", "x" * 20_000)
      end
      expected([error.class, error.status], [Pusher::PayloadTooLargeError, 413])
      note("error.status", error.status.to_s)
    end

    def nobody_there
      port = TCPServer.open("127.0.0.1", 0) { |server| server.local_address.ip_port }
      error = refusal("Publish to a port without a server") do
        Pusher::Client.new(**service.client_options, port:).trigger("news", "headline", "Anybody?")
      end
      expected([error.class, error.original_error.class], [Pusher::HTTPError, Errno::ECONNREFUSED])
      note("error.original_error", error.original_error.class.to_s)
    end
  end
end
