# frozen_string_literal: true

module ChannelsApi
  # NaCl's secretbox (XSalsa20 and Poly1305) in plain Ruby, slow and short: an implementation that is independent of the
  # gem's.
  class Secretbox
    KEY_BYTES = 32
    NONCE_BYTES = 24
    TAG_BYTES = 16

    def initialize(key)
      unless key.bytesize == KEY_BYTES
        raise ArgumentError,
              "a secretbox key has #{KEY_BYTES} bytes, not #{key.bytesize}"
      end

      @key = key
    end

    # The tag, then the ciphertext.
    def seal(nonce, plaintext)
      pad, stream = keystream(nonce, plaintext.bytesize)
      ciphertext = xor(plaintext, stream)
      Poly1305.tag(pad, ciphertext) + ciphertext
    end

    # The plaintext, or nil if the box was not sealed with this key and nonce.
    def open(nonce, box)
      return if box.bytesize < TAG_BYTES

      ciphertext = box.byteslice(TAG_BYTES..)
      pad, stream = keystream(nonce, ciphertext.bytesize)
      xor(ciphertext, stream) if Poly1305.tag(pad, ciphertext) == box.byteslice(0, TAG_BYTES).b
    end

    private

    # The first 32 bytes are Poly1305's one-time key; the following ones encrypt the text.
    def keystream(nonce, size)
      raise ArgumentError, "a nonce has #{NONCE_BYTES} bytes, not #{nonce.bytesize}" if nonce.bytesize != NONCE_BYTES

      stream = Salsa20.xstream(@key, nonce, KEY_BYTES + size)
      [stream.byteslice(0, KEY_BYTES), stream.byteslice(KEY_BYTES, size)]
    end

    def xor(text, stream)
      text.bytes.zip(stream.bytes).map { |one, other| one ^ other }.pack("C*")
    end

    # The stream cipher, with the long nonce of XSalsa20.
    module Salsa20
      CONSTANTS = "expand 32-byte k".unpack("V4").freeze
      COLUMNS = [[0, 4, 8, 12], [5, 9, 13, 1], [10, 14, 2, 6], [15, 3, 7, 11]].freeze
      ROWS = [[0, 1, 2, 3], [5, 6, 7, 4], [10, 11, 8, 9], [15, 12, 13, 14]].freeze
      WORD = 0xffffffff

      module_function

      def xstream(key, nonce, size)
        subkey = derive(key, nonce.byteslice(0, 16))
        blocks = (size + 63) / 64
        Array.new(blocks) { |counter| block(subkey, nonce.byteslice(16, 8) + [counter].pack("Q<")) }.join
             .byteslice(0, size)
      end

      # HSalsa20: the corner and input words of the last round, without the final addition.
      def derive(key, input)
        words = rounds(state(key, input))
        words.values_at(0, 5, 10, 15, 6, 7, 8, 9).pack("V8")
      end

      def block(key, input)
        before = state(key, input)
        before.zip(rounds(before)).map { |one, other| (one + other) & WORD }.pack("V16")
      end

      def state(key, input)
        k = key.unpack("V8")
        i = input.unpack("V4")
        c = CONSTANTS
        [c[0], *k[0, 4], c[1], *i, c[2], *k[4, 4], c[3]]
      end

      def rounds(state)
        words = state.dup
        10.times { (COLUMNS + ROWS).each { |a, b, c, d| quarter(words, a, b, c, d) } }
        words
      end

      def quarter(words, first, second, third, fourth)
        words[second] ^= rotate(words[first] + words[fourth], 7)
        words[third] ^= rotate(words[second] + words[first], 9)
        words[fourth] ^= rotate(words[third] + words[second], 13)
        words[first] ^= rotate(words[fourth] + words[third], 18)
      end

      def rotate(word, bits)
        word &= WORD
        ((word << bits) & WORD) | (word >> (32 - bits))
      end
    end

    # The one-time authenticator.
    module Poly1305
      PRIME = (1 << 130) - 5
      CLAMP = 0x0ffffffc0ffffffc0ffffffc0fffffff

      module_function

      def tag(key, text)
        factor = number(key.byteslice(0, 16)) & CLAMP
        sum = 0
        0.step(text.bytesize - 1, 16) do |start|
          sum = (sum + number(text.byteslice(start, 16) + "\x01".b)) * factor % PRIME
        end
        bytes((sum + number(key.byteslice(16, 16))) & ((1 << 128) - 1))
      end

      def number(bytes)
        bytes.reverse.unpack1("H*").hex
      end

      def bytes(number)
        [format("%032x", number)].pack("H*").reverse
      end
    end
  end
end
