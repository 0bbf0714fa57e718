# frozen_string_literal: true

module ChannelsApi
  # The query of a request, parsed strictly: each name and value has one valid form.
  class Query
    # The query is not in that form.
    class Malformed < StandardError; end

    UNRESERVED = /[^A-Za-z0-9_.-]/n

    class << self
      def escape(text)
        text.b.gsub(UNRESERVED) { |byte| byte == " " ? "+" : format("%%%02X", byte.ord) }
      end

      def unescape(text)
        text.b.tr("+", " ").gsub(/%([0-9A-Fa-f]{2})/n) { Regexp.last_match(1).hex.chr }.force_encoding(Encoding::UTF_8)
      end
    end

    def initialize(string)
      @string = string
    end

    # Names to Strings, or to Arrays of Strings where the name was sent as `name[]`.
    def params
      @params ||= pairs.each_with_object({}) { |(name, value), params| add(params, name, value) }
    end

    def [](name)
      params[name]
    end

    # The parameters as they are signed: unescaped, sorted by name.
    def signed
      params.except("auth_signature").sort.flat_map { |name, value| written(name, value) }.join("&")
    end

    private

    def pairs
      return [] if @string.nil?

      @string.split("&", -1).map { |field| pair(field) }
    end

    def pair(field)
      name, value, rest = field.split("=", -1)
      if name.to_s.empty? || value.nil? || rest
        raise Malformed,
              "a query field must be name=value, not #{field.inspect}"
      end

      [strictly_unescaped(name), strictly_unescaped(value)]
    end

    def strictly_unescaped(text)
      plain = self.class.unescape(text)
      raise Malformed, "the query holds invalid UTF-8: #{text.inspect}" unless plain.valid_encoding?
      return plain if self.class.escape(plain) == text.b

      raise Malformed, "the query must be escaped as #{self.class.escape(plain).inspect}, not as #{text.inspect}"
    end

    def add(params, name, value)
      raise Malformed, "query names are lowercase, not #{name.inspect}" unless name == name.downcase

      bare = name.delete_suffix("[]")
      return (params[bare] ||= []) << value if bare != name && (params[bare].nil? || params[bare].is_a?(Array))
      raise Malformed, "the query holds #{bare.inspect} twice" if params.key?(bare)

      params[name] = value
    end

    def written(name, value)
      return "#{name}=#{value}" unless value.is_a?(Array)

      value.map { |element| "#{name}[]=#{element}" }
    end
  end
end
