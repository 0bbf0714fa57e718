# frozen_string_literal: true

module Pusher
  module Testing
    # Formats expectations and events for descriptions and failure messages.
    # @api private
    module Formatter
      # Characters of a value that are shown.
      MAX_LENGTH = 500
      private_constant :MAX_LENGTH

      # Replaces a matcher inside a value, so that `inspect` of the value shows the matcher's description.
      class Description
        # @return [String]
        attr_reader :inspect

        def initialize(text)
          @inspect = text
        end
      end
      private_constant :Description

      class << self
        # @param count [Integer]
        # @return [String]
        def times(count)
          case count
          when 1 then "once"
          when 2 then "twice"
          else "#{count} times"
          end
        end

        # @param items [Array]
        # @return [String]
        def list(items) = items.map { |item| value(item) }.join(", ")

        # @return [String] the object as `inspect` shows it, with matchers described, cut to {MAX_LENGTH}
        def value(object)
          text = describe_matchers(object).inspect
          text.length > MAX_LENGTH ? "#{text[0, MAX_LENGTH]}…" : text
        end

        private

        def describe_matchers(object)
          case object
          when Hash then object.transform_values { |value| describe_matchers(value) }
          when Array then object.map { |value| describe_matchers(value) }
          when Module, Regexp, Range then object
          else described?(object) ? Description.new(object.description) : object
          end
        end

        def described?(object)
          DataComparison.pattern?(object) && object.respond_to?(:description) &&
            object.method(:description).arity.zero?
        end
      end
    end
    private_constant :Formatter
  end
end
