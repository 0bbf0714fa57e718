# frozen_string_literal: true

require "digest"
require "rack"
require "stringio"

# A Rack application that verifies requests with Signature::Request, as servers and test doubles of applications do.
# It accepts requests signed with one of its tokens.
class VerifyingServer
  # The Rack environment of a request, from its raw bytes.
  def self.environment(raw)
    head, body = raw.b.split("\r\n\r\n", 2)
    request_line, *fields = head.split("\r\n")
    verb, target = request_line.split
    headers = fields.to_h { |field| field.split(": ", 2) }.transform_keys { |name| "HTTP_#{name.upcase.tr("-", "_")}" }
    path, query = target.split("?", 2)
    { "REQUEST_METHOD" => verb, "PATH_INFO" => path, "SCRIPT_NAME" => "", "QUERY_STRING" => query.to_s,
      "rack.input" => StringIO.new(body), "CONTENT_TYPE" => headers["HTTP_CONTENT_TYPE"], **headers }
  end

  # The block verifies a Signature::Request.
  def initialize(&verify)
    @verify = verify
  end

  def call(environment)
    request = Rack::Request.new(environment)
    @verify.call(Pusher::Signature::Request.new(request.request_method, request.path, request.GET))
    verify_body(request)
    [200, {}, ["{}"]]
  rescue Pusher::Signature::AuthenticationError => e
    [401, {}, [e.message]]
  end

  private

  def verify_body(request)
    body = request.body.read
    return if body.empty? || Digest::MD5.hexdigest(body) == request.GET["body_md5"]

    raise Pusher::Signature::AuthenticationError, "Invalid body_md5"
  end
end
