# frozen_string_literal: true

require "digest/md5" # "digest" loads it when first asked, and not for two threads at once
require "openssl"

module ChannelsApi
  # Checks the signature of a request with Ruby's OpenSSL, from the bytes that were received.
  class SignatureCheck
    GRACE = 600

    # Not Time.now, which examples stub.
    def initialize(app, clock: -> { Process.clock_gettime(Process::CLOCK_REALTIME) })
      @app = app
      @clock = clock
    end

    def check(request)
      check_app(request)
      check_key(request.query["auth_key"])
      check_version(request.query["auth_version"])
      check_timestamp(request.query["auth_timestamp"])
      check_digest(request)
      check_signature(request)
    end

    def string_to_sign(request)
      [request.verb, request.path, request.query.signed].join("\n")
    end

    private

    def check_app(request)
      id = request.path[%r{\A/apps/([^/]+)(?:/|\z)}, 1]
      raise Refusal.new(404, "No application #{id.inspect} here") unless id == @app.id
    end

    def check_key(key)
      refuse "auth_key is missing" if key.nil?
      refuse "auth_key #{key.inspect} is not known to this application" unless key == @app.key
    end

    def check_version(version)
      refuse "auth_version must be 1.0, not #{version.inspect}" unless version == "1.0"
    end

    def check_timestamp(timestamp)
      refuse "auth_timestamp must be in seconds, not #{timestamp.inspect}" unless timestamp.to_s.match?(/\A\d+\z/)

      drift = (timestamp.to_i - @clock.call).abs
      refuse "auth_timestamp is #{drift.round} s away from the server's clock (#{GRACE} allowed)" if drift >= GRACE
    end

    def check_digest(request)
      digest = request.query["body_md5"]
      return refuse_digest_of_nothing(digest) if request.body.empty?

      expected = Digest::MD5.hexdigest(request.body)
      refuse "body_md5 must be #{expected} for the body received, not #{digest.inspect}" unless digest == expected
    end

    def refuse_digest_of_nothing(digest)
      refuse "there is a body_md5 but no body" if digest
    end

    def check_signature(request)
      sent = request.query["auth_signature"]
      refuse "auth_signature is missing" if sent.nil?
      return if sent == OpenSSL::HMAC.hexdigest("SHA256", @app.secret, string_to_sign(request))

      refuse "auth_signature #{sent.inspect} is not the HMAC-SHA256, with this application's secret, of " \
             "#{string_to_sign(request).inspect}"
    end

    def refuse(sentence)
      raise Refusal.new(401, "Not authorized: #{sentence}")
    end
  end
end
