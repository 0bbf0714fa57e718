# frozen_string_literal: true

require_relative "testing_helper"
require "open3"
require "rbconfig"

# Rails changes the JSON of objects, so it runs in a separate process.
RSpec.describe "The test mode in Rails" do
  before(:all) do
    skip "railties and actionpack are not installed" unless Gem::Specification.find_all_by_name("railties").any?
  end

  it "records events and signs webhooks in integration tests and controller tests" do
    program = File.expand_path("support/rails_application_test.rb", __dir__)
    lib = File.expand_path("../../../lib", __dir__)
    output, status = Open3.capture2e({ "RAILS_ENV" => "test", "PARALLEL_WORKERS" => "2" }, RbConfig.ruby, "-I", lib,
                                     program)

    expect(status).to be_success, output
    expect(output).to match(/8 runs, \d+ assertions, 0 failures, 0 errors, 0 skips/)
  end
end
