# frozen_string_literal: true

require "tmpdir"

# The runs of spec/compatibility: the value of PUSHER_SPECS, and the gems that the run needs.
COMPATIBILITY_RUNS = {
  "plain" => %w[rack], "webmock" => %w[rack webmock httpclient eventmachine],
  "eventmachine" => %w[rack eventmachine]
}.freeze

# Runs in a copy of spec/, so that only the files in the load paths come from this checkout.
def run_compatibility(folders, run)
  load_paths = folders.map { |folder| File.expand_path(folder) }.flat_map { |folder| ["-I", folder] }
  tags = ENV.fetch("TAGS", "").split.flat_map { |tag| ["--tag", tag] }
  Dir.mktmpdir do |copy|
    cp_r "spec", copy
    sh({ "PUSHER_SPECS" => run }, "rspec", *load_paths, *tags, "spec/compatibility", chdir: copy)
  end
end

desc "Run spec/compatibility against the gem in LIB=dir[:dir] (default: lib), with TAGS=\"~fix ~added\" if set"
task :compatibility do
  Rake::Task["compile"].invoke unless ENV["LIB"]
  folders = ENV.fetch("LIB", "lib").split(File::PATH_SEPARATOR)
  COMPATIBILITY_RUNS.each do |run, gems|
    with_gems(gems, "spec/compatibility (#{run})") { run_compatibility(folders, run) }
  end
end
