# frozen_string_literal: true

desc "Fail if Ruby code violates the style"
task :rubocop do
  sh "rubocop", "--parallel", "--format", "simple"
end

# The folders whose specs run in separate processes.
def apart = "spec/{e2e,packaging,syntax,panics,integrations}/**/*_spec.rb"

desc "Run the specs against the compiled gem"
task spec: :compile do
  sh "rspec", "--tag", "~slow", "--exclude-pattern", apart
end

namespace :spec do
  desc "Run the stress specs, which take longer than all others together"
  task slow: :compile do
    sh "rspec", "--tag", "slow", "--exclude-pattern", apart
  end
end
