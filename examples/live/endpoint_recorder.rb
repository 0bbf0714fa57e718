# frozen_string_literal: true

require "stringio"

module Live
  # A Rack middleware that records the requests to an endpoint.
  class EndpointRecorder
    # The header fields that matter to the endpoint. The token of the visitor is not one of them.
    FIELDS = { "Content-Type" => "CONTENT_TYPE", "X-Pusher-Key" => "HTTP_X_PUSHER_KEY",
               "X-Pusher-Signature" => "HTTP_X_PUSHER_SIGNATURE" }.freeze
    # One more than a webhook may have, so that the endpoint refuses longer ones.
    MAX_BYTES = 1_048_577

    def initialize(endpoint, log, kind)
      @endpoint = endpoint
      @log = log
      @kind = kind
    end

    def call(environment)
      body = environment["rack.input"]&.read(MAX_BYTES).to_s
      status, headers, parts = @endpoint.call(environment.merge("rack.input" => StringIO.new(body)))
      @log.add(describe(environment, body).merge(status:, reply: parts.to_a.join))
      [status, headers, parts]
    end

    private

    def describe(environment, body)
      headers = FIELDS.transform_values { |name| environment[name] }.compact
      { kind: @kind, method: environment["REQUEST_METHOD"], path: environment["SCRIPT_NAME"], headers:,
        body: body.dup.force_encoding(Encoding::UTF_8).scrub }
    end
  end
end
