# frozen_string_literal: true

require "find"
require "ripper"
require_relative "finding"
require_relative "rules"

module Pusher
  module Internal
    module Doctor
      # Searches the Ruby files of an application. It reads them only; nothing is loaded.
      class SourceTree
        # Folders with code of others, or without code.
        SKIPPED = %w[vendor node_modules tmp log coverage pkg public].freeze
        ENDINGS = %w[.rb .ru .rake].freeze
        # Larger files are generated.
        MAX_BYTES = 1_000_000
        COMMENTS = %i[on_comment on_embdoc on_embdoc_beg on_embdoc_end].freeze
        # A comment at the end of a line that is as it should be.
        IGNORE = "pusher-doctor: ignore"
        private_constant :SKIPPED, :ENDINGS, :MAX_BYTES, :COMMENTS, :IGNORE

        # @param folder [String]
        def initialize(folder)
          @folder = folder
        end

        # @return [Array<Finding>] in the order of files and lines
        def findings = files.flat_map { |file| findings_in(file) }

        # @return [Array<String>] paths relative to the folder
        def files
          found = []
          Find.find(@folder) do |path|
            name = File.basename(path)
            Find.prune if path != @folder && File.directory?(path) && (SKIPPED.include?(name) || name.start_with?("."))
            found << path.delete_prefix("#{@folder}/") if source?(path)
          end
          found.sort
        end

        private

        def source?(path)
          ENDINGS.include?(File.extname(path)) && File.readable?(path) && File.file?(path) &&
            File.size(path) < MAX_BYTES
        end

        def findings_in(file)
          text = File.read(File.join(@folder, file), encoding: Encoding::UTF_8).scrub("?")
          rules = rules_for(text)
          return [] if rules.empty?

          without_comments(text).each_line.with_index(1).flat_map do |line, number|
            rules.select { |rule| rule.pattern.match?(line) }.map { |rule| finding(rule, file, number) }
          end
        end

        def rules_for(text)
          rules = text.match?(/pusher/i) ? RULES : RULES.select(&:anywhere)
          rules.select { |rule| rule.pattern.match?(text) }
        end

        def finding(rule, file, line)
          Finding.new(file:, line:, level: rule.level, text: rule.text, advice: rule.advice)
        end

        # The lines without comments, and empty lines for those with the comment `pusher-doctor: ignore`. A file that
        # Ruby cannot read is returned as it is.
        def without_comments(text)
          lines = text.lines
          Ripper.lex(text).each do |(number, column), type, token|
            next unless COMMENTS.include?(type)

            line = lines[number - 1]
            kept = token.include?(IGNORE) ? "" : line.byteslice(0, column)
            lines[number - 1] = "#{kept}\n"
          end
          lines.join
        end
      end
    end
  end
end
