# frozen_string_literal: true

module Pusher
  module Testing
    # The published and the failed events of a recording, as text for failure messages.
    # @api private
    class RecordingSummary
      # Events of each kind that are shown.
      MAX_EVENTS = 50
      private_constant :MAX_EVENTS

      # @param requests [Array<Request>]
      def initialize(requests)
        published, failed = requests.partition(&:published?)
        @published = published.flat_map(&:events)
        @failed = failed.flat_map { |request| request.events.map { |event| [event, request] } }
      end

      def empty? = @published.empty? && @failed.empty?

      # @return [String]
      def to_s
        [section("published", self.class.lines(@published)), section("failed", failed_lines)].compact.join("\n")
      end

      # @param events [Array<Event>]
      # @return [String] a line for each event, in columns
      def self.lines(events)
        shown = events.first(MAX_EVENTS)
        rest = events.size - shown.size
        [table(shown), ("  … and #{rest} more" if rest.positive?)].compact.join("\n")
      end

      def self.table(events)
        rows = events.map { |event| columns(event) }
        widths = rows.transpose.map { |column| column.map(&:length).max }
        rows.map { |row| "  #{row.zip(widths).map { |cell, width| cell.ljust(width) }.join("  ").rstrip}" }.join("\n")
      end

      private_class_method :table

      def self.columns(event)
        notes = []
        notes << "encrypted" if event.encrypted?
        notes << "excluding #{event.params[:socket_id]}" if event.params[:socket_id]
        data = "with #{Formatter.value(event.data)}"
        data += " (#{notes.join(", ")})" if notes.any?
        [Formatter.value(event.name), "on #{Formatter.list(event.channels)}", data]
      end
      private_class_method :columns

      private

      def section(title, lines)
        "#{title}:\n#{lines}" unless lines.empty?
      end

      def failed_lines
        lines = self.class.lines(@failed.map(&:first)).lines(chomp: true)
        reasons = @failed.first(MAX_EVENTS).map { |_, request| reason(request) }
        lines.zip(reasons).map { |line, reason| [line, reason].compact.join(": ") }.join("\n")
      end

      def reason(request) = request.status || request.error&.class || "interrupted"
    end
    private_constant :RecordingSummary
  end
end
