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
        def files = paths.select { |path| source?(path) }

        # @return [Array<String>] files and folders, relative to the folder
        def unreadable
          paths.map { |path| [path, absolute(path)] }
               .reject { |_, path| File.readable?(path) || File.symlink?(path) }.map(&:first)
        end

        private

        # Ruby files, and all folders that are not skipped.
        def paths = @paths ||= find.map { |path| path.delete_prefix("#{@folder}/") }.sort

        def find
          Find.find(@folder).select do |path|
            next if path == @folder

            folder = File.directory?(path)
            Find.prune if folder && skipped?(File.basename(path))
            folder || ENDINGS.include?(File.extname(path))
          end
        end

        def skipped?(name) = SKIPPED.include?(name) || name.start_with?(".")

        def source?(path)
          path = absolute(path)
          File.file?(path) && File.readable?(path) && File.size(path) < MAX_BYTES
        end

        def absolute(path) = File.join(@folder, path)

        def findings_in(file)
          text = File.read(absolute(file), encoding: Encoding::UTF_8).scrub("?")
          return [] if rules_for(text).empty?

          code = without_other_classes(without_comments(text))
          rules = rules_for(code)
          code.each_line.with_index(1).flat_map do |line, number|
            rules.select { |rule| rule.pattern.match?(line) }.map { |rule| finding(rule, file, number) }
          end
        end

        def rules_for(code)
          RULES.select { |rule| rule.pattern.match?(code) && code.match?(rule.with || MENTION) }
        end

        # The gem's Pusher is a module of the top level. `class Pusher` and `Git::Pusher` are others.
        def without_other_classes(code)
          return code.gsub(MENTION, "Other") if code.match?(/^\s*class\s+(?:\w+::)*Pusher\b(?!::)/)

          code.gsub(/\b(\w+)::Pusher\b/, '\1::Other')
        end

        def finding(rule, file, line)
          file = file.dup.force_encoding(Encoding::UTF_8).scrub("?")
          Finding.new(file:, line:, level: rule.level, text: rule.text, advice: rule.advice)
        end

        # The lines without comments and without what follows `__END__`, and empty lines for those with the comment
        # `pusher-doctor: ignore`. What Ruby cannot read is returned as it is.
        def without_comments(text)
          lines = text.lines
          Ripper.lex(text).each do |(number, column), type, token|
            return lines.first(number - 1).join if type == :on___end__
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
