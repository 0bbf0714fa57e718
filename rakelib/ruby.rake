# frozen_string_literal: true

desc "Fail where the Ruby code is not in style"
task :rubocop do
  sh "rubocop", "--parallel", "--format", "simple"
end

# Specs that run as steps of their own.
OWN_STEPS = %w[e2e packaging syntax panics integrations support].freeze

def run_specs(*options)
  sh "rspec", *options, "--exclude-pattern", "spec/{#{OWN_STEPS.join(",")}}/**/*_spec.rb"
end

desc "Run the specs against the compiled gem"
task(spec: :compile) { run_specs("--tag", "~slow") }

namespace :spec do
  desc "Run the specs that put the gem under stress: they take longer than all others together"
  task(slow: :compile) { run_specs("--tag", "slow") }

  desc "Run the specs of the test servers in spec/support"
  task support: :compile do
    sh "rspec", "spec/support"
  end
end
