# frozen_string_literal: true

require "spec_helper"
require "open3"
require "rbconfig"

# These libraries change every object, so each runs in a separate process.
RSpec.describe "Doubles of Mocha and Minitest" do
  def run(script)
    folders = $LOAD_PATH.flat_map { |folder| ["-I", folder] }
    path = File.expand_path("support/#{script}.rb", __dir__)
    Open3.capture2e({ "PUSHER_URL" => endpoint.url }, RbConfig.ruby, *folders, path)
  end

  def installed?(library)
    load_path = $LOAD_PATH.flat_map { |folder| ["-I", folder] }
    system(RbConfig.ruby, *load_path, "-r", library, "-e", "", out: File::NULL, err: File::NULL)
  end

  { "Minitest" => %w[minitest/mock minitest_doubles], "Mocha" => %w[mocha/api mocha_doubles] }
    .each do |name, (library, script)|
    it "work, and are removed after the test: #{name}" do
      skip "#{name} is not installed" unless installed?(library)

      output, status = run(script)
      expect(output).to match(/^[1-9]\d* runs, [1-9]\d* assertions, 0 failures, 0 errors, 0 skips$/)
      expect(status).to be_success
      expect(endpoint.refusals).to be_empty
    end
  end
end
