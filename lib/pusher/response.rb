# frozen_string_literal: true

require "time"
require_relative "errors"
require_relative "json"
require_relative "native"

module Pusher
  module Internal
    # Turns a reply into a result or an error.
    # @api private
    module Response
      # The statuses after which the connection stays open.
      EXPECTED = [200, 202, 400, 401, 403, 404, 407, 413].freeze
      # Bodies that stand for an empty object.
      EMPTY = ["[]", '""'].freeze
      private_constant :EXPECTED, :EMPTY

      class << self
        # @param reply [#status, #body] from our HTTP client or from a stand-in
        # @param path [String] of the request
        # @param http [#reset_all] the HTTP client that sent the request
        # @param sent [String, nil] the body of the request
        # @return [Hash, true] the parsed body; true for an empty 202
        # @raise [Pusher::Error] for any status except 200 and 202
        # @raise [Pusher::HTTPError] unless the body is a JSON object
        def result(reply, path, http, sent = nil)
          status = status(reply)
          body = reply.body.to_s
          return parsed(reply, status, body, sent) if status == 200
          return body.chomp.empty? || parsed(reply, status, body, sent) if status == 202

          close_connection(http, reply) unless EXPECTED.include?(status)
          raise with_facts(refusal(status, quoted(body), path), reply, status, body)
        end

        # @param reply [#status] or a stand-in with `code`
        # @return [Integer]
        def status(reply)
          return reply.status if reply.is_a?(HTTP::Reply)

          (reply.respond_to?(:code) ? reply.code : reply.status).to_i
        end

        # @return [Numeric, nil] seconds, from the `Retry-After` header of the reply
        def retry_after(reply)
          seconds(header(reply, "retry-after"))
        end

        # Closes the connection of a reply. Our HTTP client closes that one alone. A stand-in gets the documented call
        # without an argument.
        def close_connection(http, reply)
          Native.exactly?(http, HTTP::Client) && reply.is_a?(HTTP::Reply) ? http.reset_all(reply) : http.reset_all
        end

        private

        def parsed(reply, status, body, sent)
          value = Native.read_reply(body)
          return value if value.is_a?(Hash)

          text = body.chomp
          return {} if EMPTY.include?(text) || known_key?(text, sent)

          original = TypeError.new("the reply is JSON, but not an object")
          original = parse_error(text, reply) if value == :invalid
          error = HTTPError.new("#{original.message} (#{original.class})")
          error.original_error = original
          raise with_facts(error, reply, status, body), cause: original
        end

        # sockudo replies 1 to an event that it has published in a batch, which it recognises by the idempotency key.
        def known_key?(text, sent)
          text == "1" && sent.to_s.include?('"idempotency_key"')
        end

        def parse_error(text, reply)
          _, reason = Native.read_json(text, Json::MAX_DEPTH, false)
          # Some proxies compress although the request forbids it.
          encoding = header(reply, "content-encoding")
          reason = "it is compressed (Content-Encoding: #{quoted(encoding)})" unless ["", "identity"].include?(encoding)
          reason = "it is empty" if text.empty?
          Json.parse_error("the reply is not JSON: #{reason}", text)
        end

        # @return [String] empty without such a header
        def header(reply, name)
          headers = reply.headers if reply.respond_to?(:headers)
          return "" unless headers.respond_to?(:each_pair)

          _, value = headers.each_pair.find { |field, _| field.to_s.casecmp?(name) }
          Array(value).first.to_s
        end

        def refusal(status, text, path)
          case status
          when 400 then Error.new("Bad request: #{text}")
          when 401 then AuthenticationError.new(text)
          when 404 then Error.new("404 Not found (#{path})")
          when 407 then Error.new("Proxy Authentication Required")
          when 413 then PayloadTooLargeError.new("Payload Too Large > 10KB")
          else Error.new("Unknown error (status code #{status}): #{text}")
          end
        end

        # {Error} replaces what is not valid UTF-8.
        def quoted(body)
          body.dup.force_encoding(Encoding::UTF_8).chomp
        end

        def with_facts(error, reply, status, body)
          error.__send__(:note_reply, status, body, retry_after(reply))
          error.__send__(:note_attempts, reply.attempts) if reply.respond_to?(:attempts)
          error
        end

        # A number of seconds, or a date (RFC 9110, 10.2.3).
        def seconds(value)
          return Integer(value, 10) if value.match?(/\A\d{1,9}\z/)

          [Time.httpdate(value) - Time.now, 0].max
        rescue ArgumentError
          nil
        end
      end
    end
  end
end
