# frozen_string_literal: true

require "pusher"

require_relative "support/localhost"
require_relative "support/channels_api"
require_relative "support/fault_server"
require_relative "support/cost"
require_relative "support/endpoint_helpers"
require_relative "support/endpoint_process"
require_relative "support/raw_client"
require_relative "support/fresh_pusher"

# The project's files, and what its programs print, are in UTF-8, whatever the locale says.
Encoding.default_external = Encoding::UTF_8

# The suite's second run: every request takes all documented steps, as in an application that has patched one.
Pusher::Resource.prepend(Module.new) if ENV["PUSHER_SPECS"] == "every step"

# And its third: the endpoint is one of WebMock's.
require_relative "support/stubbed_endpoint" if ENV["PUSHER_SPECS"] == "webmock"

RSpec.configure do |config|
  config.disable_monkey_patching!
  config.order = :random
  Kernel.srand config.seed

  config.expect_with(:rspec) { |expectations| expectations.include_chain_clauses_in_custom_matcher_descriptions = true }
  config.mock_with(:rspec) { |mocks| mocks.verify_partial_doubles = true }
  config.shared_context_metadata_behavior = :apply_to_host_groups
  config.filter_run_when_matching :focus
  config.example_status_persistence_file_path = File.expand_path("../tmp/examples.txt", __dir__)

  # Where everything is installed, nothing is left out.
  config.after(:suite) do
    skipped = RSpec.world.all_examples.select { |example| example.execution_result.status == :pending }
    raise "in CI nothing may be skipped: #{skipped.map(&:full_description).join("; ")}" if ENV["CI"] && skipped.any?
  end

  # What an example has stubbed must not decide which way the requests of all others take. (Stubs are taken back after
  # the last hook of their example.)
  config.before do
    if Pusher.__send__(:native_chain_altered?) && ENV["PUSHER_SPECS"] != "every step"
      raise "an example before this one has altered the steps of a request for good"
    end
  end

  config.include EndpointHelpers
  config.include FreshPusher
end
