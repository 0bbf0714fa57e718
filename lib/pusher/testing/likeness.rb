# frozen_string_literal: true

module Pusher
  module Testing
    # Whether data is what a test expects. Data has been JSON: so Symbols count as Strings, and other objects as what
    # the application's JSON engine makes of them. Whatever has a `===` of its own may stand at any place: matchers,
    # Regexps, classes, Procs.
    # @api private
    module Likeness
      class << self
        def like?(expected, actual)
          case expected
          when Hash then actual.is_a?(Hash) && like_hash?(expected, actual)
          when Array then actual.is_a?(Array) && like_array?(expected, actual)
          else like_value?(expected, actual)
          end
        end

        # @return [Boolean] whether it is no value, but says something about values
        def pattern?(object)
          case object
          when Regexp, Module, Range, Proc, Method then true
          else object.respond_to?(:matches?) || object.class.name.to_s.start_with?("RSpec::")
          end
        end

        private

        def like_hash?(expected, actual)
          expected.size == actual.size &&
            expected.all? { |key, value| actual.key?(key.to_s) && like?(value, actual[key.to_s]) }
        end

        def like_array?(expected, actual)
          expected.size == actual.size && expected.zip(actual).all? { |pair| like?(*pair) }
        end

        # A matcher may have been written with Symbols as keys, or with Strings.
        def like_value?(expected, actual)
          return expected === actual || expected === symbolised(actual) if pattern?(expected) # rubocop:disable Style/CaseEquality

          expected == actual || encoded(expected) == actual
        end

        def symbolised(data)
          case data
          when Hash then data.to_h { |key, value| [key.to_sym, symbolised(value)] }
          when Array then data.map { |value| symbolised(value) }
          else data
          end
        end

        # What cannot be encoded is like nothing that was published.
        def encoded(value)
          Internal::Json.load_published(Internal::Native.dump(value)) { value }
        rescue Pusher::Error
          value
        end
      end
    end
    private_constant :Likeness
  end
end
