# frozen_string_literal: true

desc "Fail if Ruby code violates the style"
task :rubocop do
  sh "rubocop", "--parallel", "--format", "simple"
end

# The folders whose specs run as separate steps.
OWN_STEPS = %w[e2e packaging syntax panics integrations support].freeze

def run_specs(*options)
  sh "rspec", *options, "--exclude-pattern", "spec/{#{OWN_STEPS.join(",")}}/**/*_spec.rb"
end

desc "Run the specs against the compiled gem"
task(spec: :compile) { run_specs("--tag", "~slow") }

namespace :spec do
  desc "Run the stress specs, which take longer than all others together"
  task(slow: :compile) { run_specs("--tag", "slow") }

  desc "Run the specs of the test servers in spec/support"
  task support: :compile do
    sh "rspec", "spec/support"
  end
end
