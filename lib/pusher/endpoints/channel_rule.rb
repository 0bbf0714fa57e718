# frozen_string_literal: true

require_relative "channel_pattern"

module Pusher
  module Internal
    module Endpoints
      # A rule of the auth endpoint: the block that decides on the channels of a pattern.
      # @api private
      class ChannelRule
        # The prefixes of the kinds of channels. The first one that fits determines the kind.
        PREFIXES = { encrypted: "private-encrypted-", private: "private-", presence: "presence-" }.freeze
        # Keywords that every block can take.
        RESERVED = %i[channel socket_id].freeze
        private_constant :PREFIXES, :RESERVED

        # @param channel [String]
        # @return [Symbol, nil] `:encrypted`, `:private` or `:presence`; nil for a channel without authorisation
        def self.kind_of(channel)
          PREFIXES.each { |kind, prefix| return kind if channel.start_with?(prefix) }
          nil
        end

        # @return [Symbol]
        attr_reader :kind
        # @return [Proc]
        attr_reader :block

        # @param kind [Symbol]
        # @param pattern [String, Symbol, Regexp]
        # @param block [Proc, nil]
        # @raise [ArgumentError] without a block, for an invalid pattern, and for one of another kind
        def initialize(kind, pattern, block)
          @kind = kind
          @pattern = ChannelPattern.new(pattern)
          @block = block or raise ArgumentError, "the rule for #{pattern.inspect} needs a block"
          check_parameters
          check_prefix(pattern)
        end

        # @param channel [String]
        # @return [Hash{Symbol => String}, nil] the parameters; nil if the rule is not for this channel
        def match(channel)
          @pattern.match(channel) if self.class.kind_of(channel) == kind
        end

        private

        def check_parameters
          reserved = @pattern.parameters & RESERVED
          return if reserved.empty?

          raise ArgumentError, "the parameter #{reserved.first} of #{@pattern.inspect} needs another name"
        end

        # The prefix of a Regexp is checked with each channel.
        def check_prefix(pattern)
          return if pattern.is_a?(Regexp) || self.class.kind_of(pattern.to_s) == kind

          except = ", but not with private-encrypted-" if kind == :private
          raise ArgumentError, "the name of such a channel starts with #{PREFIXES.fetch(kind)}#{except}, " \
                               "unlike #{pattern.inspect}"
        end
      end
    end
  end
end
