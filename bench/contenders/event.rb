# frozen_string_literal: true

require "digest"
require "openssl"
require "uri"
require_relative "../../spec/support/json_engine"
require_relative "work"

module Contenders
  # A request that contenders encode and sign without this gem.
  class Event
    HEADERS = { "X-Pusher-Library" => "pusher-http-ruby 1.0.0", "Content-Type" => "application/json" }.freeze

    attr_reader :host, :port, :path

    # @param work [String] an event, data or a batch
    def initialize(url, work = "event")
      uri = URI(url)
      @tls = uri.scheme == "https"
      @host = uri.host
      @port = uri.port
      @work = work
      @path = "#{uri.path}/#{batch? ? "batch_events" : "events"}"
      @key = uri.user
      @secret = uri.password
      @data = Work.data(work)
    end

    def tls? = @tls

    def url = "#{@tls ? "https" : "http"}://#{host}:#{port}#{path}"

    def data = @data.is_a?(String) ? @data : JsonEngine.generate(@data)

    def body
      return JsonEngine.generate({ name: "event", channels: ["channel"], data: }) unless batch?

      JsonEngine.generate({ batch: Array.new(Work.number(@work)) { { channel: "channel", name: "event", data: } } })
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

    private

    def batch? = @work.start_with?("batch")
  end
end
