# frozen_string_literal: true

module Fuzz
  # Random texts that are JSON or nearly JSON. The same seed gives the same texts.
  class JsonTexts
    SCALARS = ["null", "true", "false", "0", "-0", "1", "-1", "12345678901234567890", "-9223372036854775808", "0.1",
               "1e5", "1E-5", "-0.0", "1e400", "2.2250738585072014e-308", '""', '"a"', '"\u00e4"', '"\\\\"',
               '"\ud83d\ude00"', '"\n\t\/\b\f\r"', "\"\u{1F600}\"", '"\u0000"', "[]", "{}"].freeze
    # What a change inserts.
    PIECES = ["\"", "\\", "\\u", "\\ud800", "\\udc00", "{", "}", "[", "]", ",", ":", "-", "+", ".", "0", "e", "E9", " ",
              "\n", "\t", "\f", "\u00A0", "\u0000", "\u001F", "\xFF", "\xC3", "\xED\xA0\x80", "nul", "NaN", "Infinity",
              "/**/", "//\n", "\uFEFF"].map(&:b).freeze
    KEYS = ["a", "b", "a\\u0000", "\\u00e4", "channels", ""].freeze

    def initialize(seed)
      @random = Random.new(seed)
    end

    # @return [String] in UTF-8, not always valid
    def next_text
      text = spaced(value(@random.rand(1..6))).b
      @random.rand(4).times { change(text) }
      text.force_encoding(Encoding::UTF_8)
    end

    private

    def value(depth)
      case depth.zero? ? 0 : @random.rand(5)
      when 0, 1 then pick(SCALARS)
      when 2, 3 then "{#{members { "\"#{pick(KEYS)}\"#{space}:#{spaced(value(depth - 1))}" }}}"
      else nested(depth)
      end
    end

    # Some texts are nested nearly as deeply as allowed, or deeper.
    def nested(depth)
      levels = @random.rand(50).zero? ? @random.rand(95..105) : 1
      "#{"[" * levels}#{members { spaced(value(depth - 1)) }}#{"]" * levels}"
    end

    def members(&block) = Array.new(@random.rand(4), &block).join(",")

    def spaced(text) = "#{space}#{text}#{space}"

    def space = pick(["", "", "", " ", "\n", "\t\r"])

    def pick(list) = list[@random.rand(list.size)]

    def change(text)
      at = @random.rand(text.size + 1)
      case @random.rand(3)
      when 0 then text.insert(at, pick(PIECES))
      when 1 then text.slice!(at, @random.rand(1..3))
      else text.setbyte(at, @random.rand(256)) if at < text.size
      end
    end
  end
end
