# frozen_string_literal: true

# The third-party libraries that the gem supports: the folder of their specs in spec/integrations, and the gems that
# these need. Such a library changes what other specs see, so each folder runs in a separate process.
INTEGRATIONS = {
  "webmock" => %w[webmock httpclient rack async eventmachine],
  "vcr" => %w[vcr webmock],
  "active_support" => %w[activesupport railties actionpack eventmachine],
  "active_job" => %w[activejob activerecord railties actionpack rspec-rails minitest],
  "sidekiq" => %w[activejob sidekiq],
  "minitest" => %w[minitest],
  "eventmachine" => %w[eventmachine],
  "puma" => %w[puma rack],
  "rails" => %w[railties actionpack puma minitest],
  "rack" => %w[rack sinatra railties actionpack],
  "opentelemetry" => %w[eventmachine async],
  "datadog" => %w[eventmachine async],
  "sentry" => %w[sentry-ruby eventmachine async]
}.freeze

# Yields if the gems are installed, and prints a message otherwise. With CI set, a missing gem is an error, unless
# it is not available for the Ruby under test (rubies.rake): such a gem may be installed and lack a dependency.
def with_gems(gems, what)
  missing = gems.select { |name| unavailable?([name]) || Gem::Specification.find_all_by_name(name).empty? }
  return yield if missing.empty?

  message = "Skipped #{what}: not installed: #{missing.join(", ")}. Run bin/setup to install what the specs need."
  abort("#{message}\nWith CI set, nothing may be skipped.") if ENV["CI"] && !unavailable?(missing)
  puts message
end

def run_integration(name)
  folder = "spec/integrations/#{name}"
  options = "#{folder}/.rspec"
  sh "rspec", *(["--options", options] if File.exist?(options)), folder
end

namespace :integrations do
  INTEGRATIONS.each do |name, gems|
    desc "Run spec/integrations/#{name} (needs #{gems.join(", ")})"
    task name => :compile do
      with_gems(gems, "spec/integrations/#{name}") { run_integration(name) }
    end
  end
end

desc "Run the specs of every third-party integration"
task integrations: INTEGRATIONS.keys.map { |name| "integrations:#{name}" }
