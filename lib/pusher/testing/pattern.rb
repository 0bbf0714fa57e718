# frozen_string_literal: true

module Pusher
  module Testing
    # Which events an expectation is about.
    # @api private
    class Pattern
      # @param name [String, Regexp, #===, nil] nil for any
      def initialize(name)
        @name = name
        @channels = []
        @tests = []
        @words = []
      end

      # @param channels [Array<String, Regexp, #===>] the event goes to each of them
      # @raise [ArgumentError] for none
      def on(channels)
        raise ArgumentError, "say which channels" if channels.empty?

        @channels += channels
        self
      end

      # @param data [Object]
      def with(data)
        say("with #{Words.one(data)}") { |event| data?(data, event) }
      end

      # @yieldparam data [Object]
      def satisfying
        say("with data that satisfies the block") { |event| yield event.data }
      end

      # The event was sent encrypted.
      def encrypted = say("encrypted", &:encrypted?)

      # @param socket_id [String, Regexp, #===]
      def excluding(socket_id)
        say("excluding #{Words.one(socket_id)}") { |event| Likeness.like?(socket_id, event.params[:socket_id]) }
      end

      # @return [Boolean] whether the event is one of them
      def ===(event)
        (@name.nil? || like?(@name, event.name)) &&
          @channels.all? { |expected| event.channels.any? { |channel| like?(expected, channel) } } &&
          @tests.all? { |test| test.call(event) }
      end

      # @return [String]
      def to_s
        [@name.nil? ? "an event" : Words.one(@name), ("on #{Words.list(@channels)}" unless @channels.empty?), *@words]
          .compact.join(" ")
      end

      private

      def say(word, &test)
        @words << word
        @tests << test
        self
      end

      # Text is looked for as it was sent, too: where an application encodes its data itself.
      def data?(expected, event)
        return true if like?(expected, event.data)

        (expected.is_a?(String) || expected.is_a?(Regexp)) && like?(expected, event.text)
      end

      def like?(expected, actual) = Likeness.like?(expected, actual)
    end
    private_constant :Pattern
  end
end
