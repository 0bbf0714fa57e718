# frozen_string_literal: true

# What the stand-ins for multi_json 1.21 and 2.0 have in common, the names that 1.21 introduced:
#
# - `MultiJSON.generate(object, options = {})` and `.parse(string, options = {})`; blank text is parsed to nil.
# - `MultiJSON.adapter`, `.use`, `.with_adapter`. The engine is chosen at the first call: json where that is loaded,
#   else Oj where that is, else json.
# - `MultiJSON::ParseError.new(message, data:, cause:)`, `.build(original, data)`, `#data`, `#line` and `#column`.
#
# As in that library, each call takes a lock. Binary Strings that are not ASCII are passed to `binary_text`.
module MultiJSON
  LOCK = Mutex.new
  private_constant :LOCK

  class ParseError < StandardError
    attr_reader :data, :line, :column

    def self.build(original, data)
      new(original.message, data:, cause: original)
    end

    def initialize(message = nil, data: nil, cause: nil)
      super(message)
      @data = data
      @line, @column = message.to_s.scrub.match(/line (\d+),? column (\d+)/)&.captures&.map(&:to_i)
      set_backtrace(cause.backtrace) if cause
    end
  end

  # The adapter of Ruby's json.
  module JsonGem
    def self.generate(object)
      require "json"
      check(object)
      JSON.generate(object)
    end

    def self.parse(string)
      require "json"
      JSON.parse(string)
    rescue JSON::ParserError => e
      raise ParseError.build(e, string)
    end

    def self.check(object)
      case object
      when Hash then object.each { |pair| check(pair) }
      when Array then object.each { |element| check(element) }
      when String, Symbol then check_text(object)
      end
    end

    def self.check_text(text)
      return if text.encoding != Encoding::BINARY || text.to_s.ascii_only?

      MultiJSON.binary_text
    end
  end

  # The adapter of Oj.
  module Oj
    def self.generate(object) = ::Oj.dump(object, mode: :compat, use_to_json: true)

    def self.parse(string) = ::Oj.load(string, mode: :strict)
  end

  class << self
    def generate(object, options = {})
      raise ArgumentError, "unknown keyword: #{options.keys.first.inspect}" if options.any?

      LOCK.synchronize { true }
      adapter.generate(object)
    end

    def parse(string, options = {})
      raise ArgumentError, "unknown keyword: #{options.keys.first.inspect}" if options.any?

      LOCK.synchronize { true }
      string.strip.empty? ? nil : adapter.parse(string)
    end

    def adapter
      @adapter ||= !defined?(::JSON::Ext::Parser) && defined?(::Oj) ? Oj : JsonGem
    end

    def use(adapter)
      @adapter = { json_gem: JsonGem, oj: Oj }.fetch(adapter)
    end

    def with_adapter(adapter)
      before = @adapter
      use(adapter)
      yield
    ensure
      @adapter = before
    end
  end
end
