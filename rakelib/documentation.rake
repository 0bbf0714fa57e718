# frozen_string_literal: true

require "open3"
require "tmpdir"

namespace :yard do
  desc "Fail if the public API lacks documentation, or if yard warns while it creates the pages"
  task :check do
    # yard prints other warnings with other Markdown libraries. rubydoc.info uses redcarpet, too.
    command = [RbConfig.ruby, "-r", "redcarpet", "-S", "yard"]
    report, status = Dir.mktmpdir do |folder|
      Open3.capture2e(*command, "doc", "--no-cache", "--no-save", "--no-progress", "--no-stats", "--output-dir", folder)
    end
    undocumented, = Open3.capture2e(*command, "stats", "--list-undoc", "--no-cache", "--no-save")
    report += undocumented
    puts report
    abort "yard failed (its output is above)." unless status.success?
    abort "The objects listed above have no documentation." if report.include?("Undocumented Objects:")
    abort "yard printed the warnings above." if report.match?(/^\[warn\]/)
  end
end
