# frozen_string_literal: true

module Fuzz
  # Compares the native JSON reader with Ruby's json.
  class JsonComparison
    MAX_DEPTH = 100
    # Texts that are not JSON (RFC 8259), and that some versions of Ruby's json accept: Strings with invalid escapes or
    # control characters, and comments.
    REFUSALS = /\A(?:invalid escape|control character) in a string/
    COMMENTS = %r{/[*/]}n
    MESSAGE = /\A[\w ,-]+ at line \d+ column \d+\z/

    attr_reader :valid, :invalid

    def initialize
      @native = Pusher.const_get(:Internal)::Native
      @valid = @invalid = 0
    end

    # @return [String, nil] how the results differ
    def difference(text)
      value, reason = @native.read_json(text, MAX_DEPTH, false)
      reason ? @invalid += 1 : @valid += 1
      expected, refusal = parse(text)
      return if reason ? refused?(text, reason, refusal) : refusal.nil? && same?(value, expected)

      "#{reason || value.inspect}, json: #{refusal || expected.inspect}"
    end

    private

    # Whether the reader may refuse the text, and says why.
    def refused?(text, reason, refusal)
      reason.match?(MESSAGE) && (refusal || reason.match?(REFUSALS) || text.b.match?(COMMENTS))
    end

    def parse(text)
      return [nil, "invalid UTF-8"] unless text.valid_encoding?

      [JSON.parse(text, max_nesting: MAX_DEPTH), nil]
    rescue JSON::ParserError => e
      [nil, e.message]
    end

    # Also the same types, the same order of keys, and the same signs of zero.
    def same?(one, other) = one.eql?(other) && one.inspect == other.inspect
  end
end
