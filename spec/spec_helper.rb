# frozen_string_literal: true

# Before the gem: multi_json 1.14 prefers what is loaded, and the specs see one engine wherever they run.
require "json"
require_relative "compatibility_helper"
require_relative "support/cost"
require_relative "support/endpoint_process"
require_relative "support/raw_client"
require_relative "support/json_engine"
require_relative "rubies/recipe"

RSpec.configure do |config|
  config.filter_run_when_matching :focus
  config.example_status_persistence_file_path = File.expand_path("../tmp/examples.txt", __dir__)

  # On one of the other Rubies, examples that need a gem which cannot be had there are left out.
  unavailable = ENV.key?("PUSHER_RUBY") ? Rubies::Recipe.named(ENV.fetch("PUSHER_RUBY")).unavailable.keys : []
  config.filter_run_excluding(needs: ->(gem) { unavailable.include?(gem) })

  config.include JsonEngine::Helpers
end
