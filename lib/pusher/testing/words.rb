# frozen_string_literal: true

module Pusher
  module Testing
    # How expectations and events are put into words.
    # @api private
    module Words
      LONGEST = 500
      private_constant :LONGEST

      # Stands for a matcher inside what is inspected.
      class Word
        # @return [String]
        attr_reader :inspect

        def initialize(text)
          @inspect = text
        end
      end
      private_constant :Word

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
        def list(items) = items.map { |item| one(item) }.join(", ")

        # @return [String] with matchers described, cut where it is too long to be read
        def one(object)
          text = worded(object).inspect
          text.length > LONGEST ? "#{text[0, LONGEST]}…" : text
        end

        private

        def worded(object)
          case object
          when Hash then object.transform_values { |value| worded(value) }
          when Array then object.map { |value| worded(value) }
          when Module, Regexp, Range then object
          else describes_itself?(object) ? Word.new(object.description) : object
          end
        end

        def describes_itself?(object)
          Likeness.pattern?(object) && object.respond_to?(:description) && object.method(:description).arity.zero?
        end
      end
    end
    private_constant :Words
  end
end
