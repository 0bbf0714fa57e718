# frozen_string_literal: true

require "digest"
require "openssl"
require "uri"
require_relative "../../spec/support/cost"
require_relative "../../spec/support/json_engine"

module Contenders
  # The event that all contenders publish, encoded and signed without this gem.
  class Event
    HEADERS = { "X-Pusher-Library" => "pusher-http-ruby 1.0.0", "Content-Type" => "application/json" }.freeze

    attr_reader :host, :port, :path

    def initialize(url)
      uri = URI(url)
      @host = uri.host
      @port = uri.port
      @path = "#{uri.path}/events"
      @key = uri.user
      @secret = uri.password
    end

    def data
      JsonEngine.generate(Cost::DATA)
    end

    def body
      JsonEngine.generate({ name: "event", channels: ["channel"], data: })
    end

    def signed_params(body)
      params = { auth_key: @key, auth_timestamp: Time.now.to_i.to_s, auth_version: "1.0",
                 body_md5: Digest::MD5.hexdigest(body) }
      string = "POST\n#{path}\n#{params.map { |name, value| "#{name}=#{value}" }.join("&")}"
      params.merge(auth_signature: OpenSSL::HMAC.hexdigest("SHA256", @secret, string))
    end

    # The path with a signed query.
    def target(body)
      "#{path}?#{URI.encode_www_form(signed_params(body))}"
    end
  end
end
