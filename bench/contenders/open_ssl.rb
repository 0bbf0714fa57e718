# frozen_string_literal: true

require "openssl"
require "uri"
require_relative "../../spec/support/json_engine"
require_relative "work"

module Contenders
  # Signatures by Ruby's OpenSSL and the JSON engine alone, without any check of arguments.
  class OpenSsl
    def initialize(url)
      uri = URI(url)
      @key = uri.user
      @secret = uri.password
    end

    def session(work)
      return webhook(Work.webhook_body(work)) if work.start_with?("webhook")

      work == "authenticate" ? method(:authenticate) : method(:authenticate_user)
    end

    private

    def authenticate
      data = JsonEngine.generate(Work::MEMBER)
      { auth: "#{@key}:#{sign("#{Work::SOCKET_ID}:#{Work::CHANNEL}:#{data}")}", channel_data: data }
    end

    def authenticate_user
      data = JsonEngine.generate(Work::USER)
      { auth: "#{@key}:#{sign("#{Work::SOCKET_ID}::user::#{data}")}", user_data: data }
    end

    def webhook(body)
      signature = sign(body)
      -> { raise "not valid" unless OpenSSL.fixed_length_secure_compare(sign(body), signature) }
    end

    def sign(string) = OpenSSL::HMAC.hexdigest("SHA256", @secret, string)
  end
end
