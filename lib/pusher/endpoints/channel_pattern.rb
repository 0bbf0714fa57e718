# frozen_string_literal: true

module Pusher
  module Internal
    module Endpoints
      # A pattern for whole channel names. Its parameters are `:id`, which stands for characters other than the hyphen,
      # and `*id`, which may contain hyphens.
      # @api private
      class ChannelPattern
        PARAMETER = /([:*])([a-z_][A-Za-z0-9_]*)/
        # The characters of a parameter: those of a channel name, with or without the hyphen.
        CHARACTERS = { ":" => "[A-Za-z0-9_=@,.;]+", "*" => "[A-Za-z0-9_\\-=@,.;]+" }.freeze
        LITERAL = /\A[A-Za-z0-9_\-=@,.;]*\z/
        private_constant :PARAMETER, :CHARACTERS, :LITERAL

        # @return [Array<Symbol>] the names of the parameters
        attr_reader :parameters

        # @param pattern [String, Symbol, Regexp] a Regexp, too, must match the whole name
        # @raise [ArgumentError] for a pattern that is invalid or ambiguous
        def initialize(pattern)
          @pattern = pattern
          @regexp = pattern.is_a?(Regexp) ? anchored(pattern) : compiled(text_of(pattern))
          @parameters = @regexp.names.map(&:to_sym)
        end

        # @param name [String]
        # @return [Hash{Symbol => String}, nil] the parameters; nil if the pattern does not match
        def match(name)
          @regexp.match(name)&.named_captures&.transform_keys(&:to_sym)
        end

        # @return [String]
        def inspect = @pattern.inspect

        private

        def text_of(pattern)
          return pattern.to_s if pattern.is_a?(String) || pattern.is_a?(Symbol)

          raise ArgumentError, "a channel pattern is a String or a Regexp, not #{pattern.inspect}"
        end

        # In a Regexp with the option x, the line break ends a comment.
        def anchored(regexp)
          line_break = "\n" if regexp.options.anybits?(Regexp::EXTENDED)
          Regexp.new("\\A(?:#{regexp.source}#{line_break})\\z", regexp.options)
        end

        def compiled(text)
          check(text)
          source = text.split(/([:*][a-z_][A-Za-z0-9_]*)/).map { |part| source_of(part) }.join
          Regexp.new("\\A#{source}\\z")
        end

        def source_of(part)
          _, kind, name = *PARAMETER.match(part)
          kind ? "(?<#{name}>#{CHARACTERS.fetch(kind)})" : Regexp.escape(part)
        end

        # These rules leave only one way to match a name.
        def check(text)
          names = text.scan(PARAMETER)
          refuse("contains characters that no channel name has") unless LITERAL.match?(text.gsub(PARAMETER, ""))
          refuse("has two parameters of the same name") unless names.uniq(&:last) == names
          refuse("has more than one *parameter") if names.count { |kind, _| kind == "*" } > 1
          refuse("has a parameter that a hyphen does not end") if text.match?(/#{PARAMETER}(?!-|\z|[A-Za-z0-9_])/)
        end

        def refuse(reason)
          raise ArgumentError, "the channel pattern #{@pattern.inspect} #{reason}"
        end
      end
    end
  end
end
