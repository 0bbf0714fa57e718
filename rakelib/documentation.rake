# frozen_string_literal: true

require "open3"

namespace :yard do
  desc "Fail where something public has no documentation, or documentation names what is not there"
  task :check do
    report, status = Open3.capture2e("yard", "stats", "--list-undoc", "--no-cache", "--no-save")
    puts report
    abort "yard could not read the code." unless status.success?
    abort "What yard lists above has no documentation." if report.include?("Undocumented Objects:")
    abort "yard warns of the documentation above." if report.match?(/^\[warn\]/)
  end
end
