# frozen_string_literal: true

# Libraries of applications that this gem finds by itself: the folder of their specs, and the gems that it needs. Each
# runs in a process of its own, for such a library changes what others see: so .rspec leaves them out.
HOSTS = {
  "webmock" => %w[webmock httpclient rack async eventmachine],
  "vcr" => %w[vcr webmock],
  "active_support" => %w[activesupport railties actionpack eventmachine],
  "minitest" => %w[minitest],
  "eventmachine" => %w[eventmachine],
  "puma" => %w[puma rack]
}.freeze

# Runs specs where the gems are installed, and says so where they are not. In CI nothing is skipped, but for gems that
# cannot be had for one of the other Rubies (rubies.rake).
def with_gems(gems, what)
  missing = gems.reject { |name| Gem::Specification.find_all_by_name(name).any? }
  return yield if missing.empty?

  sentence = "#{what} is skipped: not installed: #{missing.join(", ")} (bin/setup installs what the specs need)."
  abort("In CI nothing may be skipped, and #{sentence}") if ENV["CI"] && !unavailable?(missing)
  puts sentence
end

def run_host(folder)
  options = "spec/integrations/#{folder}/.rspec"
  sh "rspec", *(["--options", options] if File.exist?(options)), "spec/integrations/#{folder}"
end

namespace :hosts do
  HOSTS.each do |folder, gems|
    desc "Run spec/integrations/#{folder}, which needs #{gems.join(", ")}"
    task folder => :compile do
      with_gems(gems, "spec/integrations/#{folder}") { run_host(folder) }
    end
  end
end

desc "Run the specs of each library of applications that finds the gem"
task hosts: HOSTS.keys.map { |name| "hosts:#{name}" }
