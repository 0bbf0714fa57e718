# frozen_string_literal: true

module Pusher
  module Internal
    module Doctor
      # The report for people.
      module TextReport
        WORDS = { ok: "ok", skipped: "-", wrong: "WRONG" }.freeze
        private_constant :WORDS

        module_function

        # @return [Array<String>] lines
        def lines(checks, findings)
          [*checks.flat_map { |check| of_check(check) }, "", *findings.flat_map { |finding| of_finding(finding) },
           conclusion(checks, findings)]
        end

        # @return [Array<String>] a line, and one with the advice
        def of_check(check)
          line = "#{check.name.ljust(16)}#{WORDS.fetch(check.status).ljust(7)}#{check.text}"
          [line, *("#{" " * 23}#{check.advice}" if check.advice)]
        end

        # @return [Array<String>] a line, and one with the advice
        def of_finding(finding)
          ["#{finding.file}:#{finding.line}: #{finding.level}: #{finding.text}", "  #{finding.advice}"]
        end

        # @return [String] the numbers
        def conclusion(checks, findings)
          changes, notes = findings.partition(&:change?)
          counts = { "wrong" => checks.count(&:wrong?), "to change" => changes.size, "to note" => notes.size }
          return "Nothing is wrong, and nothing needs to be changed." if counts.values.all?(&:zero?)

          counts.reject { |_, count| count.zero? }.map { |what, count| "#{count} #{what}" }.join(", ")
        end
      end
    end
  end
end
