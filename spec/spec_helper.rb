# frozen_string_literal: true

# Before the gem: multi_json 1.14 prefers what is loaded, and the specs see one engine wherever they run.
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
