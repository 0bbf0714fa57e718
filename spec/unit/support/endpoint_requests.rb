# frozen_string_literal: true

require "json"
require "rack"
require "uri"

# Requests to a Rack application, as browsers and the service send them.
module EndpointRequests
  FORM = "application/x-www-form-urlencoded"

  Answer = Struct.new(:status, :headers, :body) do
    def json = JSON.parse(body)
    def error = json.fetch("error")
  end

  # The environment of a POST request.
  def env_for(body, type: FORM, path: "/pusher/auth", method: "POST", **changes)
    Rack::MockRequest.env_for(path, method:, input: body, "CONTENT_TYPE" => type, **changes.transform_keys(&:to_s))
  end

  # An input that cannot be rewound, as Rack 3 allows.
  def streamed(body)
    Struct.new(:io) { def read(*arguments) = io.read(*arguments) }.new(StringIO.new(body))
  end

  # Rack::Lint checks the request and the reply.
  def serve(app, env)
    env = Rack::MockRequest.env_for("/").merge(env)
    status, headers, body = Rack::Lint.new(app).call(env)
    text = +""
    body.each { |part| text << part }
    body.close if body.respond_to?(:close)
    Answer.new(status, headers, text)
  end

  # A form with these pairs, in their order.
  def post_form(app, *pairs, **env)
    serve(app, env_for(URI.encode_www_form(pairs), **env))
  end

  def post_json(app, object, **env)
    body = object.is_a?(String) ? object : JSON.generate(object)
    serve(app, env_for(body, type: "application/json", **env))
  end
end
