# frozen_string_literal: true

module Pusher
  module Testing
    # Selects events by name, channels, data and parameters.
    # @api private
    class Pattern
      # @param name [String, Regexp, #===, nil] nil for any
      def initialize(name)
        @name = name
        @channels = []
        @conditions = []
        @descriptions = []
      end

      # @param channels [Array<String, Regexp, #===>] the event is published to all of them
      # @raise [ArgumentError] for an empty list
      def on(channels)
        raise ArgumentError, "on needs at least one channel" if channels.empty?

        @channels += channels
        self
      end

      # @param data [Object]
      def with(data)
        add_condition("with #{Formatter.value(data)}") { |event| data_matches?(data, event) }
      end

      # @yieldparam data [Object]
      def satisfying
        add_condition("with data that satisfies the block") { |event| yield event.data }
      end

      # The event was sent encrypted.
      def encrypted = add_condition("encrypted", &:encrypted?)

      # @param socket_id [String, Regexp, #===]
      def excluding(socket_id)
        add_condition("excluding #{Formatter.value(socket_id)}") do |event|
          matches?(socket_id, event.params[:socket_id])
        end
      end

      # @return [Boolean] whether the pattern selects the event
      def ===(event)
        (@name.nil? || matches?(@name, event.name)) &&
          @channels.all? { |expected| event.channels.any? { |channel| matches?(expected, channel) } } &&
          @conditions.all? { |condition| condition.call(event) }
      end

      # @return [String]
      def to_s
        name = @name.nil? ? "an event" : Formatter.value(@name)
        [name, ("on #{Formatter.list(@channels)}" unless @channels.empty?), *@descriptions].compact.join(" ")
      end

      private

      def add_condition(description, &condition)
        @descriptions << description
        @conditions << condition
        self
      end

      # An expected text is also compared with the data as it was sent, for applications that encode their data
      # themselves.
      def data_matches?(expected, event)
        return true if matches?(expected, event.data)

        (expected.is_a?(String) || expected.is_a?(Regexp)) && matches?(expected, event.text)
      end

      def matches?(expected, actual) = DataComparison.match?(expected, actual)
    end
    private_constant :Pattern
  end
end
