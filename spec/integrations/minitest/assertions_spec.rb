# frozen_string_literal: true

require "spec_helper"
require "open3"
require "rbconfig"

# Runs the files of support/ with Minitest, in separate processes.
RSpec.describe "The assertions for Minitest" do
  def run_minitest(file, environment = {})
    lib = File.expand_path("../../../lib", __dir__)
    program = File.expand_path("support/#{file}.rb", __dir__)
    output, status = Open3.capture2e(environment, RbConfig.ruby, "-I", lib, program)
    [output.force_encoding("UTF-8"), status.success?]
  end

  it "pass in the cases of passing_test.rb" do
    output, is_success = run_minitest("passing_test")

    expect(is_success).to be(true), output
    expect(output).to match(/9 runs, \d{2} assertions, 0 failures, 0 errors, 0 skips/)
  end

  it "separate tests that run in parallel on threads" do
    output, is_success = run_minitest("parallel_test", "MT_CPU" => "4", "N" => "4")

    expect(is_success).to be(true), output
    expect(output).to include("4 runs, ")
  end

  describe "that fail" do
    output, = nil
    before(:all) { output, = run_minitest("failing_test") }

    it "are failures, not errors" do
      expect(output).to include("7 runs, ", "7 failures, 0 errors, 0 skips")
    end

    {
      "test_nothing" => <<~TEXT,
        expected Pusher to have triggered "created" on "orders" with #{{ id: 1 }.inspect} exactly twice
        but nothing was published
      TEXT
      "test_other" => <<~TEXT,
        expected Pusher to have triggered "updated"
        but that did not happen; published:
          "created"  on "orders"  with 1
      TEXT
      "test_refute" => <<~TEXT,
        expected the client not to have triggered /cre/
        but that happened once:
          "created"  on "orders"  with 1
      TEXT
      "test_range" => <<~TEXT,
        expected Pusher to have triggered an event 2 to 3 times
        but nothing was published
      TEXT
      "test_block" => <<~TEXT,
        expected the block to publish "created" at least twice
        but that happened once; published:
          "created"  on "orders"  with 1
      TEXT
      "test_refute_block" => <<~TEXT,
        expected the block not to publish an event at most once
        but that happened once:
          "created"  on "orders"  with 1
      TEXT
      "test_off" => "the test mode is off, so nothing is recorded: call Pusher::Testing.fake! first\n"
    }.each do |test, message|
      it "print their failure message in #{test}" do
        expect(output[/#{test} \[.*?\]:\n(.*?)\n\n/m, 1].to_s).to eq(message.chomp)
      end
    end
  end
end
