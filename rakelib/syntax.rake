# frozen_string_literal: true

require_relative "../spec/syntax/parsers"

desc "Fail if the parser of a Ruby in spec/syntax/versions rejects a file or warns about it"
task :syntax do
  reports = Syntax.read(Syntax.files)
  reports.each { |report| puts report.text }
  abort "A parser rejected a file or warned about it (see above)." unless reports.all?(&:passed)
  sh "rspec", "--options", "spec/syntax/.rspec", "spec/syntax"
rescue Syntax::Missing => e
  abort e.message
end
