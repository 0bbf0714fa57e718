# frozen_string_literal: true

namespace :yard do
  desc "Fail where something public has no documentation"
  task :check do
    report = `yard stats --list-undoc --no-cache --no-save 2>&1`
    puts report
    abort "yard could not read the code" unless $CHILD_STATUS.success?
    abort "What is listed above has no documentation." if report.include?("Undocumented Objects:")
    abort "yard warns about the documentation above." if report.match?(/^\[warn\]/)
  end
end
