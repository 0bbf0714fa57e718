# frozen_string_literal: true

module Valgrind
  # What valgrind has written: its findings, those of Ruby's own among them.
  class Log
    OURS = "pusher.so"
    RUBYS = %r{libruby|/ruby\d}
    FRAME = /\A==\d+==    (?:at|by) /

    def initialize(text)
      @text = text
    end

    # Those whose memory was touched by the native part, or on its behalf, without Ruby in between. (Ruby's collector
    # looks at all there is on a stack.)
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
