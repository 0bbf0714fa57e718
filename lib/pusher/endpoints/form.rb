# frozen_string_literal: true

require "uri"
require_relative "refusal"

module Pusher
  module Internal
    module Endpoints
      # Reads a body of the type `application/x-www-form-urlencoded`. A name that is given twice is refused, because
      # programs disagree about which value counts.
      # @api private
      class Form
        ELEMENT = /\A\[(\d{0,4})\]\z/
        private_constant :ELEMENT

        # @param body [String]
        # @param names [Array<String>] the parameters to read; the others are ignored
        # @return [Hash{String => String, Array<String>}] `name[]=…` and `name[0]=…` are elements of an Array
        # @raise [Refusal] for a parameter that is malformed, nested or given twice
        def self.parse(body, names)
          new(names).parse(body)
        end

        # @param names [Array<String>]
        def initialize(names)
          @names = names
          @values = {}
          @indexes = {}
        end

        # @return [Hash{String => String, Array<String>}]
        def parse(body)
          body.split("&").each do |pair|
            name, value = pair.split("=", 2).map { |part| decode(part) }
            add(name.to_s, value.to_s)
          end
          @values
        end

        private

        def decode(part)
          URI.decode_www_form_component(part.b, Encoding::UTF_8)
        rescue ArgumentError
          refuse("the form contains an invalid percent-encoding")
        end

        def add(name, value)
          name = name.scrub
          known = @names.find { |candidate| name.start_with?(candidate) }
          rest = name.delete_prefix(known) if known
          return add_single(known, value) if rest == ""

          add_element(known, rest, value) if rest&.start_with?("[")
        end

        def add_single(name, value)
          refuse("#{name} is given more than once") if @values.key?(name)

          @values[name] = value
        end

        def add_element(name, rest, value)
          index = rest[ELEMENT, 1] or refuse("#{name} must not be nested")
          elements = (@values[name] ||= [])
          refuse("#{name} is given more than once") unless elements.is_a?(Array) && unused?(name, index)

          elements << value
        end

        def unused?(name, index)
          return true if index.empty?

          used = (@indexes[name] ||= {})
          !used.key?(index) && (used[index] = true)
        end

        def refuse(message)
          raise Refusal.new(400, message)
        end
      end
    end
  end
end
