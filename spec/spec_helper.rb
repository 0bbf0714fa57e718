# frozen_string_literal: true

require "pusher"

require_relative "support/channels_api"
require_relative "support/fault_server"
require_relative "support/cost"
require_relative "support/endpoint_helpers"
require_relative "support/endpoint_process"
require_relative "support/raw_client"
require_relative "support/fresh_pusher"

RSpec.configure do |config|
  config.disable_monkey_patching!
  config.order = :random
  Kernel.srand config.seed

  config.expect_with(:rspec) { |expectations| expectations.include_chain_clauses_in_custom_matcher_descriptions = true }
  config.mock_with(:rspec) { |mocks| mocks.verify_partial_doubles = true }
  config.shared_context_metadata_behavior = :apply_to_host_groups
  config.filter_run_when_matching :focus
  config.example_status_persistence_file_path = File.expand_path("../tmp/examples.txt", __dir__)

  config.include EndpointHelpers
  config.include FreshPusher
end
