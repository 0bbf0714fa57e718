# frozen_string_literal: true

module Pusher
  module Internal
    module HTTP
      # The header fields of a request, as a middleware sees them. Fields can be added. Those that the library sets
      # cannot be changed. Names are compared without regard to case.
      class RequestHeaders
        include Enumerable

        # Fields that the transport sets, or that concern one connection.
        OF_TRANSPORT = %w[host connection content-length transfer-encoding expect te trailer upgrade keep-alive
                          proxy-authorization proxy-connection].freeze
        # A token (RFC 9110, 5.6.2).
        NAME = /\A[!#$%&'*+\-.^_`|~0-9A-Za-z]+\z/
        # Everything except control characters (RFC 9110, 5.5); a tab is allowed.
        VALUE = /\A[^\x00-\x08\x0A-\x1F\x7F]*\z/n
        private_constant :OF_TRANSPORT, :NAME, :VALUE

        # @api private
        def initialize(given)
          @given = given
          @added = {}
        end

        # @param name [String, Symbol]
        # @return [String, nil]
        def [](name)
          _, value = find(name.to_s)
          value
        end

        # Adds a field, or replaces one that was added before.
        #
        # @param name [String, Symbol]
        # @param value [#to_s]
        # @raise [ArgumentError] for a field that the library sets, an invalid name, and a value with a line break or
        #   another control character
        def []=(name, value)
          name = name.to_s
          check_name(name)
          raise ArgumentError, "the header #{name} needs a value, got nil" if value.nil?

          value = value.to_s
          unless value.b.match?(VALUE)
            raise ArgumentError, "the value of the header #{name} contains a line break or another control character"
          end

          @added.delete_if { |added, _| added.casecmp?(name) }
          @added[name] = value.dup.freeze
        end
        alias store []=

        # @param name [String, Symbol]
        # @return [Boolean]
        def key?(name) = !find(name.to_s).nil?

        # @yieldparam name [String]
        # @yieldparam value [String]
        # @return [self, Enumerator]
        def each(&block)
          return to_enum(:each) unless block

          to_h.each(&block)
          self
        end

        # @return [Hash{String => String}] a copy
        def to_h = @given.merge(@added)

        # @return [String] the names only
        def inspect
          "#<#{self.class} #{to_h.keys.join(", ")}>"
        end

        private

        attr_reader :added

        def find(name)
          each.find { |known, _| known.casecmp?(name) }
        end

        def check_name(name)
          raise ArgumentError, "#{name.inspect} is not a valid header name" unless name.b.match?(NAME)
          return unless OF_TRANSPORT.include?(name.downcase) || @given.each_key.any? { |given| given.casecmp?(name) }

          raise ArgumentError, "the header #{name} is set by the library and cannot be changed"
        end
      end
    end
  end
end
