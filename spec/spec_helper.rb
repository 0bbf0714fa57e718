# frozen_string_literal: true

# Loaded before the gem: multi_json 1.14 prefers a loaded engine, so that all machines use the same one.
require "json"
require_relative "compatibility_helper"
require_relative "support/cost"
require_relative "support/endpoint_process"
require_relative "support/raw_client"
require_relative "support/json_engine"

RSpec.configure do |config|
  config.filter_run_when_matching :focus
  config.example_status_persistence_file_path = File.expand_path("../tmp/examples.txt", __dir__)

  config.include JsonEngine::Helpers
end
