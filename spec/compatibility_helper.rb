# frozen_string_literal: true

# Helpers of spec/compatibility. They load `pusher` from the load path and use only the documented API, so the specs
# run against any implementation of the gem, and from a copy of this folder.
require "pusher"

require_relative "support/localhost"
require_relative "support/channels_api"
require_relative "support/fault_server"
require_relative "support/recording_proxy"
require_relative "support/endpoint_helpers"
require_relative "support/fresh_pusher"
require_relative "support/json_engine_stub"
require_relative "rubies/recipe"

# In this separate run, WebMock stubs every request.
require_relative "support/stubbed_endpoint" if ENV["PUSHER_SPECS"] == "webmock"

# This separate run has the examples that need EventMachine.
require "eventmachine" if ENV["PUSHER_SPECS"] == "eventmachine"

# The reference for encrypted events, if it is installed.
begin
  require "rbnacl"
rescue LoadError
  raise if ENV["CI"]
end

# The spec files are UTF-8 in any locale.
Encoding.default_external = Encoding::UTF_8

RSpec.configure do |config|
  config.disable_monkey_patching!
  config.order = :random
  config.fail_if_no_examples = true
  Kernel.srand config.seed

  config.expect_with(:rspec) { |expectations| expectations.include_chain_clauses_in_custom_matcher_descriptions = true }
  config.mock_with(:rspec) { |mocks| mocks.verify_partial_doubles = true }
  config.shared_context_metadata_behavior = :apply_to_host_groups

  # On the other Rubies, examples that need an unavailable gem are skipped.
  unavailable = ENV.key?("PUSHER_RUBY") ? Rubies::Recipe.named(ENV.fetch("PUSHER_RUBY")).unavailable.keys : []
  config.filter_run_excluding(needs: ->(gem) { unavailable.include?(gem) })

  # Examples that need WebMock or EventMachine run separately, because these libraries affect all other examples.
  config.filter_run_excluding(*%i[webmock eventmachine].reject { |name| ENV["PUSHER_SPECS"] == name.to_s })
  config.filter_run_excluding(:rbnacl) unless defined?(RbNaCl)
  config.filter_run(:eventmachine) if ENV["PUSHER_SPECS"] == "eventmachine"

  # In CI everything is installed, so nothing may be skipped.
  config.after(:suite) do
    skipped = RSpec.world.all_examples.select { |example| example.execution_result.status == :pending }
    raise "in CI nothing may be skipped: #{skipped.map(&:full_description).join("; ")}" if ENV["CI"] && skipped.any?
  end

  config.include EndpointHelpers
  config.include FreshPusher
  config.include JsonEngineStub
end
