# frozen_string_literal: true

require "base64"
require "json"
require "openssl"

module ChannelsApi
  # Checks a subscriber's authentication with Ruby's OpenSSL.
  class Admission
    # The subscription is refused.
    class Refused < StandardError; end

    # The member, and the shared secret for encrypted events.
    Member = Struct.new(:user_id, :user_info, :shared_secret, keyword_init: true)

    def initialize(app)
      @app = app
    end

    # `auth` is the result of the auth endpoint: a Hash with auth, channel_data and shared_secret.
    def enter(channel, socket_id, auth)
      return Member.new unless channel.start_with?("private-", "presence-")

      fields = auth.to_h.transform_keys(&:to_s)
      check_signature(fields["auth"], [socket_id, channel, fields["channel_data"]].compact.join(":"))
      Member.new(**presence(channel, fields), shared_secret: shared_secret(channel, fields))
    end

    # `auth` is the result of the user-auth endpoint; returns the user's data.
    def sign_in(socket_id, auth)
      fields = auth.to_h.transform_keys(&:to_s)
      check_signature(fields["auth"], "#{socket_id}::user::#{fields["user_data"]}")
      JSON.parse(fields["user_data"])
    end

    private

    def check_signature(auth, signed)
      expected = "#{@app.key}:#{OpenSSL::HMAC.hexdigest("SHA256", @app.secret, signed)}"
      raise Refused, "the signature is not that of #{signed.inspect}: #{auth.inspect}" unless auth == expected
    end

    def presence(channel, fields)
      return {} unless channel.start_with?("presence-")

      data = JSON.parse(fields["channel_data"] || raise(Refused, "a presence channel needs channel_data"))
      raise Refused, "channel_data has no user_id" unless data["user_id"]

      { user_id: data["user_id"].to_s, user_info: data["user_info"] }
    end

    def shared_secret(channel, fields)
      return unless channel.start_with?("private-encrypted-")

      Base64.strict_decode64(fields["shared_secret"] || raise(Refused, "an encrypted channel needs a shared_secret"))
    end
  end
end
