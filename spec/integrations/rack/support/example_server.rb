# frozen_string_literal: true

# Loads a program, and sends requests to the Rack application in a constant. Later requests have the cookie of earlier
# ones, and the body of the first reply as their token if they ask for it. Prints the replies as JSON in the last line.
require "json"
require "rack"
require "rack/lint"
require "rack/mock"

program, constant = ARGV
ARGV.clear
$stdout.sync = true
require program
application = Rack::Lint.new(Object.const_get(constant))
cookie = nil
token = nil

answers = JSON.parse($stdin.read).map do |request|
  # As a browser sends it to the site that it shows.
  browser = { "HTTP_HOST" => "example.org", "HTTP_REFERER" => "http://example.org/", "HTTP_COOKIE" => cookie }
  browser["HTTP_X_CSRF_TOKEN"] = token if request["token"]
  env = Rack::MockRequest.env_for(
    "http://example.org#{request.fetch("path")}",
    method: "POST", input: request.fetch("body"), **browser.compact, **request.fetch("headers")
  )
  reply = Rack::MockResponse.new(*application.call(env))
  cookie = Array(reply.headers["Set-Cookie"]).first.to_s.lines.first&.slice(/\A[^;]+/) || cookie
  token ||= reply.body
  { status: reply.status, headers: reply.headers.to_h.transform_keys(&:downcase), body: reply.body }
end

# Requests in the background may still log.
Pusher.flush
puts "", JSON.generate(answers)
