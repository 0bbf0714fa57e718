# frozen_string_literal: true

require "base64"
require_relative "channel"
require_relative "errors"
require_relative "json"
require_relative "native"

module Pusher
  # A received webhook. Check {#valid?} before you trust its content.
  #
  # @example
  #   webhook = Pusher.webhook(request)
  #
  #   if webhook.valid?
  #     webhook.events.each { |event| puts "#{event["name"]} on #{event["channel"]}" }
  #   end
  class WebHook
    # @return [String, nil] the application key in its header
    attr_reader :key
    # @return [String, nil] the signature in its header
    attr_reader :signature

    # @param request [#env, #[]] a Rack or Rails request; a Hash with `:key`, `:signature`, `:body` and
    #   `:content_type`; or an object with `[]` and without `env`, such as controller parameters
    # @param client [Client, Module] has the key and the secret
    # @raise [ArgumentError] for anything else, such as a body: it does not say who signed it
    def initialize(request, client = Pusher)
      if unsuitable?(request)
        raise ArgumentError, "a webhook needs a request, or a Hash with :key, :signature and :body, " \
                             "got #{request.nil? ? "nil" : with_article(request)}"
      end

      @client = client
      if request.is_a?(Hash) || (request.respond_to?(:[]) && !request.respond_to?(:env))
        read_fields(request)
      else
        read_request(request)
      end
    end

    # Whether the webhook was signed with the secret of its key. Logs the reason if not.
    #
    # @param extra_tokens [Hash, Array<Hash>, nil, false] additional pairs of `:key` and `:secret`
    # @return [Boolean]
    # @raise [ArgumentError] for a token of another type
    def valid?(extra_tokens = nil)
      secrets = secrets_of_key(extra_tokens)
      if secrets.empty?
        Pusher.logger.warn("Received webhook with unknown key: #{key}")
        return false
      end
      return true if secrets.any? { |secret| Internal::Native.webhook_valid?(secret, @body, signature.to_s) }

      expected = Internal::Native.webhook_signature(secrets.first, @body)
      Pusher.logger.warn("Received WebHook with invalid signature: got #{signature}, expected #{expected}")
      false
    end

    # @return [Array<Hash>] the events, with String keys
    def events
      data["events"]
    end

    # The events, with the data of client events on encrypted channels decrypted with the master key of the client.
    #
    # An event on an encrypted channel has an additional field `"decrypted"`. If it is true, `"data"` is the decrypted
    # text. If it is false, `"data"` is unchanged, and `"decryption_error"` contains the reason.
    #
    # @return [Array<Hash>] with String keys
    def decrypted_events
      events.map { |event| encrypted?(event) ? event.merge(decryption_of(event)) : event }
    end

    # @return [Time] the time of sending
    def time
      Time.at(data["time_ms"].to_f / 1000)
    end

    # @return [Hash] the parsed body
    # @raise [MultiJSON::ParseError] for a body that is not JSON; `MultiJson::ParseError` before multi_json 1.21,
    #   `JSON::ParserError` without multi_json
    # @raise [RuntimeError] for another content type
    def data
      @data ||=
        case media_type
        when "application/json" then Internal::Json.load(@body.dup.force_encoding(Encoding::UTF_8))
        else raise "Unknown Content-Type (#{@content_type})"
        end
    end

    # @return [String] without signature and body
    def inspect
      "#<#{self.class} key=#{key.inspect}>"
    end

    private

    def encrypted?(event)
      event["name"] == "client_event" && Channel.encrypted?(event["channel"].to_s)
    end

    # The service sends the data as text, other servers as an object.
    def decryption_of(event)
      key = @client.encryption_master_key_base64
      return undecrypted("the client has no master key") unless key

      data = event["data"]
      data = Internal::Json.encode(data) unless data.is_a?(String)
      { "data" => Internal::Native.decrypt(event["channel"], Base64.strict_decode64(key), data), "decrypted" => true }
    rescue Error => e
      undecrypted(e.message)
    end

    def undecrypted(reason)
      { "decrypted" => false, "decryption_error" => reason }
    end

    def read_fields(request)
      @key = request[:key]
      @signature = request[:signature]
      @body = read(request[:body])
      @content_type = request[:content_type] || "application/json"
    end

    def read_request(request)
      env = request.env
      @key = env["HTTP_X_PUSHER_KEY"]
      @signature = env["HTTP_X_PUSHER_SIGNATURE"]
      @content_type = request.respond_to?(:media_type) ? request.media_type : request.content_type
      @body = read(request.respond_to?(:body) ? request.body : env["rack.input"])
    end

    # The content type without parameters such as the charset.
    def media_type
      @content_type.to_s[/\A[^;]*/].strip.downcase
    end

    # A String, or a stream, which others may read, too.
    def read(input)
      return input.to_s unless input.respond_to?(:read)

      input.rewind if input.respond_to?(:rewind)
      body = input.read.to_s
      input.rewind if input.respond_to?(:rewind)
      body
    end

    # All secrets of the webhook's key: several while a secret is being replaced.
    def secrets_of_key(extra_tokens)
      own = { key: @client.key, secret: @client.secret }
      [own, *tokens(extra_tokens)].filter_map do |token|
        token[:secret] if !key.to_s.empty? && token[:key] == key && !token[:secret].to_s.empty?
      end
    end

    # The messages do not show the tokens.
    def tokens(extra_tokens)
      return [] unless extra_tokens

      list = extra_tokens.is_a?(Hash) ? [extra_tokens] : Array(extra_tokens)
      list.select(&:itself).each do |token|
        next if token.respond_to?(:[]) && !unsuitable?(token)

        raise ArgumentError, "an additional token is a Hash with :key and :secret, not #{with_article(token)}"
      end
    end

    # The class of an object, with its article.
    def with_article(object)
      name = object.class.to_s
      "#{name.start_with?(/[AEIOU]/) ? "an" : "a"} #{name}"
    end

    # Neither a request nor like a Hash, although most of these have `[]`.
    def unsuitable?(object)
      return false if object.is_a?(Hash)

      case object
      when nil, true, false, String, Symbol, Numeric, Array, Proc then true
      else false
      end
    end
  end
end
