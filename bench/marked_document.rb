# frozen_string_literal: true

module Bench
  # A Markdown file with blocks that a benchmark writes, each between `<!-- figures: NAME -->` and `<!-- end -->`.
  class MarkedDocument
    # @return [String] lines of up to 120 characters
    def self.wrap(text) = text.gsub(/(.{1,120})(?: +(?!%)|\z)/, "\\1\n").strip

    # @param path [String] from the root of the project
    # @param blocks [Hash{String => String}] Markdown by name
    def initialize(path, blocks)
      @path = File.join(ROOT, path)
      @blocks = blocks
    end

    # @return [String] the text with these blocks
    def text(now = read)
      @blocks.each do |name, block|
        pattern = /(<!-- figures: #{Regexp.escape(name)} -->\n).*?(?=<!-- end -->)/m
        raise "#{@path} has no block named #{name}" unless now.match?(pattern)

        now = now.sub(pattern) { "#{Regexp.last_match(1)}\n#{block}\n\n" }
      end
      now
    end

    def read = File.read(@path)

    def write
      File.write(@path, text)
    end
  end
end
