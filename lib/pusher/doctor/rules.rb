# frozen_string_literal: true

module Pusher
  module Internal
    module Doctor
      # What this gem does differently than the documented gem, and how to recognise its use in a line of Ruby.
      #
      # `with`: what else the file must contain. By default it must mention Pusher.
      Rule = Struct.new(:pattern, :level, :text, :advice, :with, keyword_init: true)

      # A name that begins with Pusher or pusher, also after an underscore, and not the end of another name.
      MENTION = /(?<![A-Za-z0-9])pusher/i.freeze # rubocop:disable Style/RedundantFreeze

      # The errors of connections. Others of Errno come from files and processes.
      NETWORK_ERRORS = %w[
        SocketError OpenSSL::SSL::SSLError EOFError Errno::ECONNREFUSED Errno::ECONNRESET Errno::ECONNABORTED
        Errno::EPIPE Errno::EHOSTUNREACH Errno::ENETUNREACH Errno::ETIMEDOUT Errno::EADDRNOTAVAIL
      ].freeze

      # The methods of the HTTP client that its users call.
      HTTP_METHODS = %w[
        connect_timeout send_timeout receive_timeout keep_alive_timeout ssl_config reset_all request request_async
        inspect dup class is_a kind_of nil respond_to send __send__ public_send instance_variable_get tap then object_id
      ].freeze

      # @return [Array<Rule>]
      RULES = [
        Rule.new(
          pattern: /^(?!.*\.to_raise\b).*(?<!\w::)\bHTTPClient::\w*(?:Timeout\w*|KeepAliveDisconnected|BadResponse\w*)/,
          level: :change,
          text: "errors of HTTPClient are not raised any more",
          advice: "Rescue Pusher::HTTPError. Its original_error is a Pusher::TimeoutError after a timeout."
        ),
        Rule.new(
          pattern: /\.to_raise\b.*\bHTTPClient::/, level: :note,
          text: "a stub raises an error of HTTPClient, which becomes a Pusher::HTTPError",
          advice: "Keep httpclient in the test group of the Gemfile, or stub with to_timeout."
        ),
        Rule.new(
          pattern: /\brescue\b(?!.*\bHTTPClient::).*\b(?:#{NETWORK_ERRORS.join("|")})\b/, level: :change,
          text: "every failure of the transport is wrapped",
          advice: "If the code publishes or queries synchronously, rescue Pusher::HTTPError, and look at its " \
                  "original_error."
        ),
        Rule.new(
          pattern: /any_instance(?:_of\(\s*HTTPClient\b)|\bHTTPClient\.any_instance|_double\(\s*["']?HTTPClient\b/,
          level: :change, text: "stubs of HTTPClient have no effect", advice: "Use Pusher::Testing or WebMock."
        ),
        Rule.new(
          pattern: /(?<!\w::)\bHTTPClient\.(?:prepend|include|class_eval|class_exec)\b/, level: :note, with: //,
          text: "patches of HTTPClient do not apply to the requests of this gem",
          advice: "If the patch is for them, use a middleware (Pusher.use)."
        ),
        Rule.new(
          pattern: /\brequire\s*\(?\s*["']httpclient["']/, level: :note,
          text: "httpclient is not needed by this gem",
          advice: "Remove the line, and the gem from the Gemfile, unless your own code uses it."
        ),
        Rule.new(
          pattern: /\bsync_http_client\s*&?\.\s*(?!(?:#{HTTP_METHODS.join("|")})\b)\w+/, level: :change,
          text: "sync_http_client has the documented methods only",
          advice: "Use a middleware (Pusher.use) for header fields, logs and metrics, or an option of the client."
        ),
        Rule.new(
          pattern: /\bem_http_client\b/, level: :note,
          text: "em_http_client needs the gem em-http-request; the asynchronous methods do not",
          advice: "Use trigger_async, get_async and post_async."
        ),
        Rule.new(
          pattern: /\bPusher\.notify\b|\bpusher(?:_client)?\.notify\b/, level: :change,
          text: "push notifications were removed in version 2.0", advice: "Remove the call: it raises an error."
        ),
        Rule.new(
          pattern: /(?<![\w.])encrypted:\s|:encrypted\s*=>/, level: :note, with: /\bPusher::Client\b/,
          text: "`encrypted` is deprecated", advice: "Write use_tls. It means the same."
        ),
        Rule.new(
          pattern: /\bPusher\.encrypted\s*=[^=]/, level: :note,
          text: "`encrypted` is deprecated", advice: "Write use_tls. It means the same."
        ),
        Rule.new(
          pattern: /\bclass\s+(?:::)?Pusher::(?:Client|Channel|Request|Resource|WebHook)\b|
                    \bPusher::(?:Client|Channel|Request|Resource|WebHook)\.(?:prepend|include|class_eval)\b/x,
          level: :note, text: "the gem is patched",
          advice: "It works if the patch uses documented methods only. A middleware (Pusher.use) is simpler."
        ),
        Rule.new(
          pattern: /\bRbNaCl\b|\brequire\s*\(?\s*["']rbnacl["']/, level: :note,
          text: "rbnacl is not needed for encrypted channels",
          advice: "Remove it, and libsodium, unless your own code uses it."
        ),
        Rule.new(
          pattern: /\binstrument\b.*:httpclient\b|OpenTelemetry::Instrumentation::HttpClient\b/i, level: :change,
          with: //, text: "tracing of httpclient does not include the requests of this gem",
          advice: "Require pusher/integrations/opentelemetry, pusher/integrations/datadog or " \
                  "pusher/integrations/sentry, too."
        )
      ].freeze
    end
  end
end
