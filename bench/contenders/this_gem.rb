# frozen_string_literal: true

require "pusher"
require_relative "../../spec/support/json_engine"
require_relative "work"

module Contenders
  # This gem, with one client that all threads share.
  class ThisGem
    def initialize(url)
      @url = url
      @client = Pusher::Client.from_url(url)
      @client.encryption_master_key_base64 = Work::MASTER_KEY
    end

    def session(work)
      case work
      when /batch/ then batch(Work.number(work))
      when /webhook/ then webhook(Work.webhook_body(work))
      when /data/ then publish("channel", Work.data(work))
      else public_send(work)
      end
    end

    def event = publish("channel", Cost::DATA)

    def encrypted = publish("private-encrypted-channel", Cost::DATA)

    def authenticate = -> { @client.authenticate(Work::CHANNEL, Work::SOCKET_ID, Work::MEMBER) }

    def authenticate_user = -> { @client.authenticate_user(Work::SOCKET_ID, Work::USER) }

    def first = -> { Pusher::Client.from_url(@url).trigger("channel", "event", Cost::DATA) }

    private

    def publish(channel, data) = -> { @client.trigger(channel, "event", data) }

    def batch(size)
      events = Array.new(size) { { channel: "channel", name: "event", data: Cost::DATA } }
      -> { @client.trigger_batch(events) }
    end

    def webhook(body)
      request = { key: @client.key, signature: OpenSSL::HMAC.hexdigest("SHA256", @client.secret, body), body: }
      -> { raise "not valid" unless @client.webhook(request).valid? }
    end
  end
end
