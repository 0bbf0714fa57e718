# frozen_string_literal: true

module Pusher
  module Testing
    # An expectation about published events: which events, and how many of them.
    # @api private
    class Expectation
      # The failure message while nothing is recorded.
      TEST_MODE_OFF = "the test mode is off, so nothing is recorded: call Pusher::Testing.fake! first"

      # @return [Pattern]
      attr_reader :pattern
      # @return [Count]
      attr_accessor :count

      # @param pattern [Pattern]
      # @param count [Count]
      def initialize(pattern, count = Count.new)
        @pattern = pattern
        @count = count
      end

      # @param subject [Module, Client] {Pusher} or {Pusher::Testing} for the events of every client, or a client
      # @return [Client, nil] the client whose events count; nil for every client
      # @raise [ArgumentError] for anything else
      def self.client_of(subject)
        return if [Pusher, Testing].include?(subject)
        return subject if subject.is_a?(Client)

        raise ArgumentError, "expected Pusher or a Pusher::Client, got #{subject.inspect}"
      end

      # @param requests [Array<Request>]
      # @param client [Client, nil] the client whose events count; nil for every client
      # @return [Boolean]
      def met_by?(requests, client = nil)
        @requests = client ? requests.select { |request| request.client.equal?(client) } : requests
        count === matches.size # rubocop:disable Style/CaseEquality
      end

      # @param expected [String] the subject and its verb, such as `"Pusher to have triggered"`
      # @return [String]
      def failure_message(expected)
        summary = RecordingSummary.new(@requests)
        "expected #{expected} #{self}\nbut #{summary.empty? ? "nothing was published" : "#{found}; #{summary}"}"
      end

      # @param expected [String] as {#failure_message}
      # @return [String]
      def failure_message_when_negated(expected)
        "expected #{expected} #{self}\nbut #{found}:\n#{RecordingSummary.lines(matches)}"
      end

      # @return [String]
      def to_s = "#{pattern}#{count}"

      private

      def matches = @requests.select(&:published?).flat_map(&:events).grep(pattern)

      def found = matches.empty? ? "that did not happen" : "that happened #{Formatter.times(matches.size)}"
    end
    private_constant :Expectation
  end
end
