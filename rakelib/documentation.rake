# frozen_string_literal: true

require "open3"

namespace :yard do
  desc "Fail if the public API lacks documentation, or if yard warns"
  task :check do
    report, status = Open3.capture2e("yard", "stats", "--list-undoc", "--no-cache", "--no-save")
    puts report
    abort "yard failed (its output is above)." unless status.success?
    abort "The objects listed above have no documentation." if report.include?("Undocumented Objects:")
    abort "yard printed the warnings above." if report.match?(/^\[warn\]/)
  end
end
