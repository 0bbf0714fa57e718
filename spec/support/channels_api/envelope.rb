# frozen_string_literal: true

require "base64"
require "json"

module ChannelsApi
  # The data of an encrypted event: a nonce and a ciphertext, both in base64.
  class Envelope
    # The event cannot be decrypted with this shared secret.
    class Unreadable < StandardError; end

    attr_reader :nonce, :ciphertext

    # The envelope, or nil if the data is not one.
    def self.parse(data)
      fields = JSON.parse(data)
      return unless fields.is_a?(Hash) && fields.keys.sort == %w[ciphertext nonce]

      envelope = new(Base64.strict_decode64(fields["nonce"]), Base64.strict_decode64(fields["ciphertext"]))
      envelope if envelope.well_formed?
    rescue JSON::ParserError, ArgumentError, NoMethodError
      nil
    end

    def initialize(nonce, ciphertext)
      @nonce = nonce
      @ciphertext = ciphertext
    end

    def well_formed?
      nonce.bytesize == Secretbox::NONCE_BYTES && ciphertext.bytesize >= Secretbox::TAG_BYTES
    end

    # The decrypted data.
    def open(shared_secret)
      plain = Secretbox.new(shared_secret).open(nonce, ciphertext)
      raise Unreadable, "the event does not open with this channel's shared secret" if plain.nil?

      plain.force_encoding(Encoding::UTF_8)
    end
  end
end
