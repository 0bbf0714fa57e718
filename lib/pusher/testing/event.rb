# frozen_string_literal: true

module Pusher
  module Testing
    # An event in a recorded request.
    #
    # @example
    #   require "pusher/testing"
    #
    #   Pusher::Testing.fake! do
    #     Pusher.trigger("orders", "created", { id: 1 })
    #     Pusher::Testing.events.last.data # => { "id" => 1 }
    #   end
    class Event
      # @return [Array<String>] the channels it was published to
      attr_reader :channels
      # @return [String] its name
      attr_reader :name
      # @return [Object] its data as subscribers see it: decrypted if it was encrypted, parsed if it is JSON
      attr_reader :data
      # @return [String] its data as it was sent
      attr_reader :raw_data
      # @return [String] its data as it was sent, but decrypted if it was encrypted
      attr_reader :text
      # @return [Hash{Symbol => Object}] the other parameters, such as `:socket_id` and `:info`
      attr_reader :params
      # @return [Client, nil] the client that published it
      attr_reader :client

      # @api private
      # @param sent [Hash] the event in the body of the request
      # @param client [Client, nil]
      def initialize(sent, client)
        @client = client
        @name = sent["name"].freeze
        @channels = Array(sent["channels"] || sent["channel"]).each(&:freeze).freeze
        @params = sent.except("name", "channel", "channels", "data").transform_keys(&:to_sym).freeze
        read(sent["data"].freeze)
        freeze
      end

      # @return [String, nil] the first of its channels
      def channel = channels.first

      # @return [Boolean] whether its data was encrypted
      def encrypted? = @is_encrypted

      # @return [Boolean] whether the other event has the same name, channels, data and parameters
      def ==(other)
        other.is_a?(Event) && to_h == other.to_h
      end
      alias eql? ==

      # @return [Integer]
      def hash = to_h.hash

      # @return [Hash{Symbol => Object}] `:channels`, `:name`, `:data`, `:params` and `:encrypted`
      def to_h = { channels:, name:, data:, params:, encrypted: encrypted? }

      # For pattern matching.
      #
      # @return [Hash{Symbol => Object}]
      def deconstruct_keys(_keys) = to_h.merge(channel:, raw_data:)

      # @return [String]
      def inspect = "#<#{self.class} #{name.inspect} on #{channels.map(&:inspect).join(", ")}: #{data.inspect}>"

      private

      def read(raw_data)
        @raw_data = raw_data
        decrypted = decrypt
        @is_encrypted = !decrypted.nil?
        @text = decrypted || raw_data
        @data = parse(@text)
      end

      # Returns nil for data that was not encrypted with the client's key.
      def decrypt
        key = client&.encryption_master_key
        return unless key && raw_data.is_a?(String) && channel.to_s.start_with?("private-encrypted-")

        Internal::Native.decrypt(channel, key, raw_data).freeze
      rescue Pusher::Error
        nil
      end

      def parse(text)
        text.is_a?(String) ? Internal::Json.load_published(text) { text } : text
      end
    end
  end
end
