# frozen_string_literal: true

require "json"

module ChannelsApi
  # One reply, made of a status, headers and a body.
  class Reply
    PHRASES = {
      200 => "OK", 201 => "Created", 202 => "Accepted", 204 => "No Content", 301 => "Moved Permanently",
      302 => "Found", 304 => "Not Modified", 400 => "Bad Request", 401 => "Unauthorized", 403 => "Forbidden",
      404 => "Not Found", 407 => "Proxy Authentication Required", 413 => "Payload Too Large",
      429 => "Too Many Requests", 500 => "Internal Server Error", 502 => "Bad Gateway", 503 => "Service Unavailable"
    }.freeze
    BODYLESS = [204, 304].freeze

    attr_reader :status, :headers, :body

    def self.json(object, status: 200)
      new(status:, body: JSON.generate(object), headers: { "Content-Type" => "application/json" })
    end

    def self.text(status, sentence)
      new(status:, body: "#{sentence}\n", headers: { "Content-Type" => "text/plain; charset=utf-8" })
    end

    # `close`: true says so in a header and closes; `:silently` closes without having said so.
    def initialize(status: 200, body: "", headers: {}, close: false)
      @status = status
      @body = body
      @headers = headers
      @close = close
    end

    # As a step of a Script.
    def prepare(_io, _request)
      [bytes, !@close]
    end

    def bytes
      lines = all_headers.map { |name, value| "#{name}: #{value}\r\n" }.join
      "HTTP/1.1 #{status} #{PHRASES.fetch(status, "Status")}\r\n#{lines}\r\n".b + (bodyless? ? "" : body.b)
    end

    private

    def all_headers
      length = bodyless? ? {} : { "Content-Length" => body.bytesize }
      closing = @close == true ? { "Connection" => "close" } : {}
      length.merge(closing).merge(headers)
    end

    def bodyless?
      BODYLESS.include?(status)
    end
  end
end
