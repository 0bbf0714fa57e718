# frozen_string_literal: true

module Valgrind
  # The findings of valgrind, those in Ruby itself included.
  class Log
    OURS = "pusher.so"
    RUBYS = %r{libruby|/ruby\d}
    FRAME = /\A==\d+==    (?:at|by) /

    def initialize(text)
      @text = text
    end

    # Findings in the native part, or in functions that it calls directly. (Ruby's collector scans whole stacks, so its
    # findings do not count.)
    def ours
      findings.select { |finding| frames_outside_ruby(finding).join.include?(OURS) }
    end

    private

    def frames_outside_ruby(finding)
      finding.lines.grep(FRAME).take_while { |frame| !frame.match?(RUBYS) }
    end

    def findings
      @text.split(/^==\d+== \n/).grep(/^==\d+==    at /)
    end
  end
end
