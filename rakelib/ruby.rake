# frozen_string_literal: true

require "tempfile"

desc "Fail if Ruby code violates the style"
task :rubocop do
  sh "rubocop", "--parallel", "--format", "simple"
end

# The folders whose specs run as separate steps.
OWN_STEPS = %w[e2e packaging syntax panics integrations support workflows].freeze
# The folder whose specs run in a second process at the same time. They mostly wait.
WAITING_SPECS = "integration/async"

def pattern_of(folders) = "spec/{#{folders.join(",")}}/**/*_spec.rb"

# Runs the specs in two processes, and prints the output of the second one at its end.
def run_specs_in_parallel(*options)
  Tempfile.create("specs") do |output|
    waiting = spawn("rspec", *options, "--pattern", pattern_of([WAITING_SPECS]), %i[out err] => output)
    others = system("rspec", *options, "--exclude-pattern", pattern_of([*OWN_STEPS, WAITING_SPECS]))
    _, status = Process.wait2(waiting)
    puts "", "spec/#{WAITING_SPECS}, at the same time:", File.read(output.path)
    abort "Specs have failed." unless others && status.success?
  end
end

# Only these are loaded: with all others in memory, each garbage collection takes longer.
def slow_spec_files
  Dir["spec/**/*_spec.rb"].select { |file| File.read(file).match?(/, :slow\b/) }
end

desc "Run the specs against the compiled gem"
task(spec: :compile) { run_specs_in_parallel("--tag", "~slow") }

namespace :spec do
  desc "Run the stress specs, which take longer than all others together"
  task(slow: :compile) { sh "rspec", "--tag", "slow", *slow_spec_files }

  desc "Run the specs of the test servers in spec/support"
  task support: :compile do
    sh "rspec", "spec/support"
  end
end
