# frozen_string_literal: true

require_relative "../spec/syntax/parsers"

desc "Fail where the parser of a Ruby of spec/syntax/versions refuses a file or warns about it"
task :syntax do
  reports = Syntax.read(Syntax.files)
  reports.each { |report| puts report.text }
  abort "Not every Ruby parses every file without a warning." unless reports.all?(&:passed)
  sh "rspec", "--options", "spec/syntax/.rspec", "spec/syntax"
rescue Syntax::Missing => e
  abort e.message
end
