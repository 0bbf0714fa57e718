# frozen_string_literal: true

module Live
  # Shortens what is shown of a request. A signature does not reveal the secret, but it is a credential: with a full one
  # the request can be repeated for ten minutes. Screenshots of the page must not contain any.
  module Redaction
    # HMAC-SHA256 in hexadecimal digits.
    SIGNATURE = /\b(\h{8})\h{56}\b/
    SHARED_SECRET = /("shared_secret":")[^"]*/

    module_function

    # @param value [Object] of JSON
    def redact(value)
      case value
      when Hash then value.transform_values { |one| redact(one) }
      when Array then value.map { |one| redact(one) }
      when String then value.gsub(SIGNATURE, "\\1…").gsub(SHARED_SECRET, "\\1…")
      else value
      end
    end
  end
end
