# frozen_string_literal: true

desc "Fail where the Ruby code is not in style"
task :rubocop do
  sh "rubocop", "--parallel", "--format", "simple"
end

# The specs that run in processes of their own.
def apart = "spec/{#{%w[e2e packaging syntax panics integrations].join(",")}}/**/*_spec.rb"

desc "Run the specs against the compiled gem"
task spec: :compile do
  sh "rspec", "--tag", "~slow", "--exclude-pattern", apart
end

namespace :spec do
  desc "Run the specs that put the gem under stress: they take longer than all others together"
  task slow: :compile do
    sh "rspec", "--tag", "slow", "--exclude-pattern", apart
  end
end
