# frozen_string_literal: true

module Pusher
  module Testing
    # Compares the data of an event with the data that a test expects. Published data has been encoded as JSON: a
    # Symbol therefore equals the String, and any other object equals the JSON that the application's engine writes
    # for it. Objects with their own `===` (matchers, Regexps, classes, Procs) are accepted at any place.
    # @api private
    module DataComparison
      class << self
        # @param expected [Object] values and patterns
        # @param actual [Object] parsed JSON
        # @return [Boolean]
        def match?(expected, actual)
          case expected
          when Hash then actual.is_a?(Hash) && hash_matches?(expected, actual)
          when Array then actual.is_a?(Array) && array_matches?(expected, actual)
          else value_matches?(expected, actual)
          end
        end

        # @return [Boolean] whether the object is a pattern to be compared with `===` and not with `==`
        def pattern?(object)
          case object
          when Regexp, Module, Range, Proc, Method then true
          else object.respond_to?(:matches?) || object.class.name.to_s.start_with?("RSpec::")
          end
        end

        private

        def hash_matches?(expected, actual)
          expected.size == actual.size &&
            expected.all? { |key, value| actual.key?(key.to_s) && match?(value, actual[key.to_s]) }
        end

        def array_matches?(expected, actual)
          expected.size == actual.size && expected.zip(actual).all? { |pair| match?(*pair) }
        end

        # The keys inside a matcher may be Symbols or Strings, so it is tried with both.
        def value_matches?(expected, actual)
          return expected === actual || expected === with_symbol_keys(actual) if pattern?(expected) # rubocop:disable Style/CaseEquality

          expected == actual || as_json(expected) == actual
        end

        def with_symbol_keys(data)
          case data
          when Hash then data.to_h { |key, value| [key.to_sym, with_symbol_keys(value)] }
          when Array then data.map { |value| with_symbol_keys(value) }
          else data
          end
        end

        # A value that cannot be encoded is returned as it is. It cannot have been published.
        def as_json(value)
          Internal::Json.load_published(Internal::Json.dump(value)) { value }
        rescue Pusher::Error
          value
        end
      end
    end
    private_constant :DataComparison
  end
end
