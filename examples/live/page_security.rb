# frozen_string_literal: true

module Live
  # A Rack middleware that protects the page: a content security policy, and only requests that name this machine. A
  # site whose name points to loopback (DNS rebinding) could otherwise use the page.
  class PageSecurity
    LOCAL = /\A(127\.0\.0\.1|localhost|\[::1\])(:\d+)?\z/
    HEADERS = { "x-content-type-options" => "nosniff", "referrer-policy" => "no-referrer",
                "cross-origin-opener-policy" => "same-origin" }.freeze

    # Scripts, styles and data from the page only, and the WebSocket of Channels. Scripts cannot turn text into HTML.
    def self.policy(pusher)
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " \
        "connect-src 'self' ws://#{pusher.host}:#{pusher.port}; base-uri 'none'; form-action 'none'; " \
        "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    end

    def initialize(application, pusher)
      @application = application
      @headers = HEADERS.merge("content-security-policy" => self.class.policy(pusher))
    end

    def call(environment)
      return [403, { "content-type" => "text/plain" }, ["Wrong host"]] unless LOCAL.match?(environment["HTTP_HOST"])

      status, headers, body = @application.call(environment)
      [status, headers.merge(@headers), body]
    end
  end
end
