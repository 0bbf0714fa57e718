# frozen_string_literal: true

module Pusher
  module Testing
    # What a test says about the events that were published: which, and how many of them.
    # @api private
    class Expectation
      # What a failure says where there is nothing to look at.
      OFF = "the test mode is off, so nothing is recorded: call Pusher::Testing.fake! first"

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

      # @param subject [Module, Client] what a test asks: {Pusher} or {Pusher::Testing} for every client's events, or a
      #   client
      # @return [Client, nil] whose events count; nil for everyone's
      # @raise [ArgumentError] for anything else
      def self.client_of(subject)
        return if [Pusher, Testing].include?(subject)
        return subject if subject.is_a?(Client)

        raise ArgumentError, "events are those of Pusher or of a client, not of #{subject.inspect}"
      end

      # @param requests [Array<Request>]
      # @param client [Client, nil] whose events count; nil for everyone's
      # @return [Boolean]
      def met_by?(requests, client = nil)
        @requests = client ? requests.select { |request| request.client.equal?(client) } : requests
        count === matches.size # rubocop:disable Style/CaseEquality
      end

      # @param expected [String] who was expected to do what, such as `"Pusher to have triggered"`
      # @return [String]
      def failure_message(expected)
        report = RecordingSummary.new(@requests)
        "expected #{expected} #{self}\nbut #{report.empty? ? "nothing was published" : "#{found}; #{report}"}"
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

      def found = matches.empty? ? "that did not happen" : "that happened #{Words.times(matches.size)}"
    end
    private_constant :Expectation
  end
end
