# frozen_string_literal: true

require "open3"

# The third-party libraries that the gem supports: the folder of their specs in spec/integrations, and the gems that
# these need. Such a library changes what other specs see, so each folder runs in a separate process. The one that takes
# longest comes first.
INTEGRATIONS = {
  "rails" => %w[railties actionpack puma minitest],
  "webmock" => %w[webmock httpclient rack async eventmachine],
  "vcr" => %w[vcr webmock],
  "active_support" => %w[activesupport railties actionpack eventmachine],
  "active_job" => %w[activejob activerecord railties actionpack rspec-rails minitest],
  "sidekiq" => %w[activejob sidekiq],
  "minitest" => %w[minitest],
  "eventmachine" => %w[eventmachine],
  "puma" => %w[puma rack],
  "rack" => %w[rack sinatra railties actionpack],
  "opentelemetry" => %w[eventmachine async],
  "datadog" => %w[eventmachine async],
  "sentry" => %w[sentry-ruby eventmachine async]
}.freeze
# How many of them run at the same time. They mostly wait.
INTEGRATIONS_AT_ONCE = 2

# Yields if the gems are installed, and prints a message otherwise. With CI set, a missing gem is an error, unless
# it is not available for the Ruby under test (rubies.rake): such a gem may be installed and lack a dependency.
def with_gems(gems, what)
  missing = gems.select { |name| unavailable?([name]) || Gem::Specification.find_all_by_name(name).empty? }
  return yield if missing.empty?

  message = "Skipped #{what}: not installed: #{missing.join(", ")}. Run bin/setup to install what the specs need."
  abort("#{message}\nWith CI set, nothing may be skipped.") if ENV["CI"] && !unavailable?(missing)
  puts message
end

def integration_command(name)
  folder = "spec/integrations/#{name}"
  options = "#{folder}/.rspec"
  ["rspec", *(["--options", options] if File.exist?(options)), folder]
end

# Runs the specs of several libraries, and prints the output of each at its end.
def run_integrations(names)
  waiting = Queue.new(names).close
  runners = Array.new(INTEGRATIONS_AT_ONCE) { Thread.new { failed_integrations(waiting) } }
  failed = runners.flat_map(&:value)
  abort "Specs have failed: #{failed.join(", ")}" unless failed.empty?
end

# Runs the specs of the libraries in a queue, until it is empty.
def failed_integrations(waiting)
  failed = []
  while (name = waiting.pop)
    output, status = Open3.capture2e(*integration_command(name), stdin_data: "")
    $stdout.write("\nspec/integrations/#{name}:\n#{output}")
    failed << name unless status.success?
  end
  failed
end

namespace :integrations do
  INTEGRATIONS.each do |name, gems|
    desc "Run spec/integrations/#{name} (needs #{gems.join(", ")})"
    task name => :compile do
      with_gems(gems, "spec/integrations/#{name}") { sh(*integration_command(name)) }
    end
  end
end

desc "Run the specs of every third-party integration, #{INTEGRATIONS_AT_ONCE} at a time"
task integrations: :compile do
  names = INTEGRATIONS.select { |name, gems| with_gems(gems, "spec/integrations/#{name}") { true } }
  run_integrations(names.keys)
end
